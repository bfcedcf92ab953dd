using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;
using Nines.Testing;

namespace Nines.Browser.Tests;

/// <summary>Pictures of the pages as they are: kept beside the tests' program, and, when asked for, in the docs.</summary>
public sealed partial class PictureTests(Browsing browsing)
{
    /// <summary>The most that a picture in the docs may weigh. Not a limit of other pictures: their size follows the machine's fonts and how many looks the page tells of.</summary>
    private const int MostBytesInDocs = 150_000;

    /// <summary>The pictures that the docs show, all written anew by <c>NINES_WRITE_PICTURES=1</c>.</summary>
    private static readonly bool Write = Environment.GetEnvironmentVariable("NINES_WRITE_PICTURES") == "1";

    [Fact]
    public Task An_outage_on_the_overview() => browsing.VisitAsync(async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync("/");
        await page.IsLiveAsync();
        visit.World.Break("price-oracle");
        await Assertions.Expect(page.Locator("#component-swap .state")).ToHaveTextAsync("effectively down");
        await Assertions.Expect(page.Locator("#headline")).ToContainTextAsync("swap");
        await Assertions.Expect(page.Locator("#headline")).ToContainTextAsync("USD");
        await Assertions.Expect(page.Locator("#headline")).ToContainTextAsync(FourSeconds());
        await KeepAsync(page, "overview", height: 800, inDocs: true);
        await page.Locator("#component-price-oracle a[href^='/outages/']").First.ClickAsync();
        await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("swap");
        await page.IsLiveAsync();
        await KeepAsync(page, "outage", height: 900, inDocs: true);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.GotoAsync("/");
        await KeepAsync(page, "overview-dark", height: 800);
        await page.SetViewportSizeAsync(390, 844);
        await KeepAsync(page, "overview-phone", height: 844);
    });

    [Fact]
    public Task The_public_status_page() => browsing.VisitAsync(new Visitor { JavaScript = false }, async visit =>
    {
        visit.World.Break("bridge");
        await visit.ReadsAsync(visit.Page, "", "Cross-chain bridge: not available");
        await KeepAsync(visit.Page, "status-page", height: 900, inDocs: true);
        await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await KeepAsync(visit.Page, "status-page-dark", height: 900, inDocs: true);
    });

    /// <summary>Four seconds or any time more: a busy machine shows the fourth late, or never.</summary>
    [GeneratedRegex("for ([4-9]|[1-5][0-9]) s|for [0-9]+m")]
    private static partial Regex FourSeconds();

    private static async Task KeepAsync(IPage page, string name, int height, bool inDocs = false)
    {
        var width = page.ViewportSize!.Width;
        await page.SetViewportSizeAsync(width, height);
        var picture = await page.ScreenshotAsync(new PageScreenshotOptions { Animations = ScreenshotAnimations.Disabled });
        Directory.CreateDirectory(Visit.Pictures);
        await File.WriteAllBytesAsync(Path.Combine(Visit.Pictures, $"{name}.png"), picture);
        Assert.True(picture.Length > 1_000, $"{name}.png has {picture.Length} B: nothing was drawn");
        if (!inDocs || !Write || Lab.Folder is not { } lab) return;
        Assert.True(picture.Length <= MostBytesInDocs, $"{name}.png has {picture.Length:N0} B, more than the docs' {MostBytesInDocs:N0} B");
        var docs = Directory.CreateDirectory(Path.Combine(lab, "..", "docs", "images")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(docs, $"{name}.png"), picture);
    }
}
