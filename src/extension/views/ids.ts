/** How the editor knows our views. */
export const views = { sidebar: 'massgen.sidebar', review: 'massgen.review' } as const;
