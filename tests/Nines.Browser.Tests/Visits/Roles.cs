using Microsoft.Playwright;

namespace Nines.Browser.Tests.Visits;

/// <summary>What people look for: something of a kind with a name, the whole name.</summary>
internal static class Roles
{
    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public static ILocator Button(this ILocator within, string name) => within.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name, Exact = true });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name, Exact = true });

    public static ILocator Link(this ILocator within, string name) => within.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name, Exact = true });

    public static ILocator Form(this IPage page, string name) => page.GetByRole(AriaRole.Form, new PageGetByRoleOptions { Name = name, Exact = true });

    /// <summary>The page's own title.</summary>
    public static ILocator Heading(this IPage page) => page.Locator("main h1");

    /// <summary>What the link of the navigation says, which leads to another page.</summary>
    public static ILocator Navigation(this IPage page, string name) => page.Locator(".console-nav").Link(name);

    /// <summary>Waits until the page hears of what comes.</summary>
    public static Task IsLiveAsync(this IPage page) => Assertions.Expect(page.Locator("#live-state")).ToHaveTextAsync("Live");
}
