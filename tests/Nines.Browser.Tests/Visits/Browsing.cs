using Microsoft.Playwright;
using Nines.Browser.Tests.World;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Nines.Browser.Tests.Visits.Browsing))]

namespace Nines.Browser.Tests.Visits;

/// <summary>One browser and one watched world for all tests, which run one after another in any order of their classes. Nothing is downloaded: Chromium and Node.js are the machine's own.</summary>
public sealed class Browsing : IAsyncLifetime
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    internal const string AdminHandle = "ada", AdminPassword = "seven grey herons over a lake";

    private string? admin;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private WatchedWorld? world;

    /// <summary>Why there is nothing to test with; null when there is.</summary>
    private string? missing;

    internal WatchedWorld World => world!;

    internal IBrowser Browser => browser!;

    public async ValueTask InitializeAsync()
    {
        if (InPath(Browsers) is not { } chromium) missing = $"there is no browser: none of {string.Join(", ", Browsers)} is in PATH";
        else if (InPath(["node"]) is not { } node) missing = "there is no Node.js in PATH, which drives the browser";
        else
        {
            Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", node);
            Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
            // The machine may be busy with more than this: what is waited for comes within seconds, and a test that fails waits long.
            Assertions.SetDefaultExpectTimeout(Visit.Most);
            var starting = WatchedWorld.StartAsync();
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = Arguments, Timeout = Visit.Most });
            world = await starting;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (world is not null) await world.DisposeAsync();
    }

    /// <summary>Visits as somebody does, and sees to it that nothing went wrong beside what the test looks at. Skips where there is no browser.</summary>
    internal Task VisitAsync(Func<Visit, Task> journey, [System.Runtime.CompilerServices.CallerMemberName] string test = "") => VisitAsync(new Visitor(), journey, test);

    internal async Task VisitAsync(Visitor visitor, Func<Visit, Task> journey, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        await World.AllUpAsync();
        await VisitAsync(World, visitor, journey, test);
    }

    /// <summary>A watch that has just begun, of this visit alone.</summary>
    internal async Task VisitNewAsync(Func<Visit, Task> journey, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        await using var world = await WatchedWorld.StartNewAsync();
        await VisitAsync(world, new Visitor(), journey, test);
    }

    private async Task VisitAsync(WatchedWorld world, Visitor visitor, Func<Visit, Task> journey, string test)
    {
        await using var visit = await Visit.OpenAsync(Browser, world, visitor);
        try
        {
            await journey(visit);
        }
        catch
        {
            await visit.KeepPicturesAsync(test);
            throw;
        }
        finally
        {
            world.MendAll();
        }
        visit.AssertNothingWentWrong();
    }

    /// <summary>The cookies of the first admin, who is made at the first call, by the link that the watch prints.</summary>
    internal async Task<string> AdminAsync()
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        if (admin is not null) return admin;
        await using var visit = await Visit.OpenAsync(Browser, World, new Visitor());
        await visit.Page.GotoAsync(World.SetUpLink);
        await visit.Page.GetByLabel("Handle").FillAsync(AdminHandle);
        await visit.Page.GetByLabel("Password", new PageGetByLabelOptions { Exact = true }).FillAsync(AdminPassword);
        await visit.Page.GetByLabel("Password again").FillAsync(AdminPassword);
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make the first admin" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".console-tools")).ToContainTextAsync(AdminHandle);
        visit.AssertNothingWentWrong();
        return admin = await visit.Context.StorageStateAsync();
    }

    private static string? InPath(IEnumerable<string> names) =>
        (from name in names
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
         let file = Path.Combine(folder, name)
         where File.Exists(file)
         select file).FirstOrDefault();
}
