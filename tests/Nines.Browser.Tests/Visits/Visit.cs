using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nines.Browser.Tests.World;
using Nines.Testing;

namespace Nines.Browser.Tests.Visits;

/// <summary>Who visits, and with what.</summary>
internal sealed record Visitor
{
    public bool JavaScript { get; init; } = true;

    public bool Dark { get; init; }

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 1280;

    /// <summary>Let scripts of the test in, against the pages' own policy.</summary>
    public bool BypassPolicy { get; init; }

    /// <summary>Cookies of somebody who is logged in, as <see cref="IBrowserContext.StorageStateAsync"/> gives them; null for nobody.</summary>
    public string? LoggedIn { get; init; }
}

/// <summary>
/// A browser as one person has it: its own cookies, one or more tabs. What goes wrong in any of them is written down: policy violations,
/// errors on the console or in scripts, requests that failed or were answered with an error.
/// </summary>
internal sealed partial class Visit : IAsyncDisposable
{
    /// <summary>Milliseconds that the browser is given for what it is asked to do.</summary>
    public const float Most = 90_000;

    /// <summary>Where pictures are kept, beside the tests' program.</summary>
    public static readonly string Pictures = Path.Combine(AppContext.BaseDirectory, "TestResults");

    /// <summary>More than any page has.</summary>
    private const int MostStops = 250;

    private readonly ConcurrentQueue<string> wrong = [];
    private readonly List<string> expected = [];
    private readonly Visitor visitor;

    private Visit(IBrowserContext context, WatchedWorld world, Visitor visitor) => (Context, World, this.visitor) = (context, world, visitor);

    public IBrowserContext Context { get; }

    public WatchedWorld World { get; }

    /// <summary>The first tab.</summary>
    public IPage Page { get; private set; } = null!;

    public static async Task<Visit> OpenAsync(IBrowser browser, WatchedWorld world, Visitor visitor)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = world.Console.AbsoluteUri,
            JavaScriptEnabled = visitor.JavaScript,
            ColorScheme = visitor.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce, // what is seen is where it will stay
            ViewportSize = new ViewportSize { Width = visitor.Width, Height = visitor.Width < 600 ? 844 : 800 },
            BypassCSP = visitor.BypassPolicy,
            StorageState = visitor.LoggedIn,
            Locale = "en-GB",
            TimezoneId = "UTC",
        });
        context.SetDefaultTimeout(Most);
        await context.AddInitScriptAsync("addEventListener('securitypolicyviolation', e => console.error(`policy violated: ${e.violatedDirective} by ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`))");
        var visit = new Visit(context, world, visitor);
        visit.Page = await visit.TabAsync();
        return visit;
    }

    /// <summary>Another tab of the same browser.</summary>
    public async Task<IPage> TabAsync()
    {
        var page = await Context.NewPageAsync();
        page.Console += (_, message) => { if (message.Type is "error" or "warning") Note($"{message.Type} on the console of {page.Url}: {message.Text}"); };
        page.PageError += (_, error) => Note($"error in a script of {page.Url}: {error}");
        // A request that is cut off because the page is left is nobody's mistake.
        page.RequestFailed += (_, request) => { if (request.Failure != "net::ERR_ABORTED") Note($"{request.Method} {request.Url} failed: {request.Failure}"); };
        page.Response += (_, response) => { if (response.Status >= 400) Note($"{response.Request.Method} {response.Url} was answered with {response.Status}"); };
        return page;
    }

    /// <summary>What goes wrong on purpose.</summary>
    public void Expect(string words) => expected.Add(words);

    public void AssertNothingWentWrong()
    {
        string[] unexpected = [.. wrong.Where(line => !expected.Any(words => line.Contains(words, StringComparison.Ordinal)))];
        Assert.True(unexpected.Length == 0, string.Join('\n', unexpected));
    }

    /// <summary>What the tabs look like now, and what the watch has said, kept beside the tests' program.</summary>
    public async Task KeepPicturesAsync(string name)
    {
        Directory.CreateDirectory(Pictures);
        await File.WriteAllTextAsync(Path.Combine(Pictures, "nines.log"), World.Said);
        foreach (var (page, number) in Context.Pages.Select((page, number) => (page, number)))
        {
            try
            {
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{FileName().Replace(name, "-")}-{number}.png"), Timeout = 5_000 });
            }
            catch (PlaywrightException failed)
            {
                TestContext.Current.SendDiagnosticMessage($"no picture of {page.Url}: {failed.Message}");
            }
        }
    }

    /// <summary>Reads the public page again and again, as people do, until it is there and says it.</summary>
    /// <param name="path">Below the public page's address.</param>
    public async Task ReadsAsync(IPage page, string path, string words)
    {
        var shown = "";
        await Patience.UntilAsync($"'{words}' is to be read", async () =>
        {
            await page.GotoAsync(new Uri(World.StatusPage, path).AbsoluteUri);
            return (shown = await page.InnerTextAsync("body")).Contains(words, StringComparison.Ordinal);
        }, () => shown, TimeSpan.FromMilliseconds(200));
    }

    /// <summary>Goes there by the keyboard alone, as far as it leads.</summary>
    public async Task TabToAsync(ILocator target)
    {
        var page = target.Page;
        for (var press = 0; press < MostStops; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement")) return;
        }
        Assert.Fail($"{MostStops} presses of Tab did not lead to {target}");
    }

    /// <summary>Goes there by the keyboard and presses Enter.</summary>
    public async Task EnterAsync(ILocator target)
    {
        await TabToAsync(target);
        await target.Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Goes there by the keyboard and writes.</summary>
    public async Task WriteAsync(ILocator target, string text)
    {
        await TabToAsync(target);
        await target.Page.Keyboard.InsertTextAsync(text);
    }

    /// <summary>Goes to a list by the keyboard and through it by arrows: what is typed into a list counts by how fast it comes.</summary>
    public async Task ChooseAsync(ILocator list, string value)
    {
        await TabToAsync(list);
        await list.Page.Keyboard.PressAsync("Home");
        for (var press = 0; press < MostStops && await list.InputValueAsync() != value; press++) await list.Page.Keyboard.PressAsync("ArrowDown");
        Assert.Equal(value, await list.InputValueAsync());
    }

    /// <summary>No line is wider than the window: nothing has to be scrolled sideways.</summary>
    public async Task AssertFitsAsync(IPage page)
    {
        var over = await page.EvaluateAsync<string[]>("""
            () => {
              const wide = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= wide) return [];
              return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > wide + 1)
                .map(e => `${e.tagName.toLowerCase()}#${e.id}.${e.getAttribute('class')}: ${Math.round(e.getBoundingClientRect().right)} > ${wide}`).slice(0, 8);
            }
            """);
        Assert.True(over.Length == 0, $"{page.Url} at {visitor.Width} px is too wide: {string.Join("; ", over)}");
    }

    public async ValueTask DisposeAsync() => await Context.CloseAsync();

    private void Note(string line) => wrong.Enqueue(line);

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex FileName();
}
