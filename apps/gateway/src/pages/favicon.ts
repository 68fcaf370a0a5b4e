/** Four tesserae, one of them lit. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect x="2" y="2" width="13" height="13" rx="2" fill="#2f6da8"/>
<rect x="17" y="2" width="13" height="13" rx="2" fill="#7fb2e5"/>
<rect x="2" y="17" width="13" height="13" rx="2" fill="#7fb2e5"/>
<rect x="17" y="17" width="13" height="13" rx="2" fill="#f0a45d"/>
</svg>
`;
