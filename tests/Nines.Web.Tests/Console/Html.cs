using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Nines.Web.Tests.Api;

namespace Nines.Web.Tests.Console;

/// <summary>Pages as a browser without scripts reads them, and what holds of each.</summary>
internal static class Html
{
    public static async Task<IDocument> PageAsync(this ApiServer server, string path)
    {
        using var answer = await server.Client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
        AssertSound(page);
        return page;
    }

    public static string Text(this IParentNode within, string selector) => string.Join(' ', within.QuerySelector(selector)!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Nothing inline that the content security policy forbids, one of each id, a name for everything that can be used, and a word for every state.</summary>
    public static void AssertSound(IDocument page)
    {
        Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src])"));
        Assert.DoesNotContain(page.All, element => element.Attributes.Any(attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal)));
        Assert.Empty(page.QuerySelectorAll("[id]").GroupBy(element => element.Id).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.Single(page.QuerySelectorAll("main"));
        Assert.All(page.QuerySelectorAll(".state"), badge => Assert.NotEmpty(badge.TextContent.Trim()));
        Assert.All(page.QuerySelectorAll("svg:not([aria-hidden])"), svg => Assert.NotEmpty(svg.GetAttribute("aria-label") ?? svg.GetAttribute("aria-labelledby") ?? ""));
        Assert.All(page.QuerySelectorAll("input:not([type=hidden]), select, textarea"), field => Assert.True(field.Closest("label") is not null || field.HasAttribute("aria-label")));
        Assert.All(page.QuerySelectorAll("a, button"), control => Assert.NotEmpty((control.TextContent + control.GetAttribute("aria-label")).Trim()));
        foreach (var by in page.QuerySelectorAll("[aria-labelledby]").SelectMany(element => element.GetAttribute("aria-labelledby")!.Split(' '))) Assert.NotNull(page.GetElementById(by));
    }
}
