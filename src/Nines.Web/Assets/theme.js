// Before anything is painted: dark or light as chosen, else as the system has it.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const chosen = localStorage.getItem('nines-theme');
    document.documentElement.dataset.bsTheme = chosen ?? (system.matches ? 'dark' : 'light');
  };
  apply();
  system.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme-switch');
    if (!button) return;
    button.hidden = false;
    const name = () => (button.textContent = document.documentElement.dataset.bsTheme === 'dark' ? 'Light' : 'Dark');
    name();
    button.addEventListener('click', () => {
      localStorage.setItem('nines-theme', document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark');
      apply();
      name();
    });
  });
})();
