using System.Collections.Immutable;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Nines.Probing.Pages;

/// <summary>A script or a style sheet that a page loads.</summary>
/// <param name="Url">Absolute.</param>
/// <param name="Integrity">Of its integrity attribute; null without one, or without a hash that a browser would know.</param>
internal sealed record Asset(Uri Url, bool IsScript, Integrity? Integrity);

/// <summary>What of a page runs in its users' browsers.</summary>
/// <param name="Assets">Each URL once, in the order of the page.</param>
/// <param name="Inline">The texts of the scripts in the page itself.</param>
/// <param name="Unreadable">Sources that are no URL.</param>
internal sealed record PageParts(ImmutableArray<Asset> Assets, ImmutableArray<string> Inline, ImmutableArray<string> Unreadable)
{
    private static readonly string[] Scripts = ["", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript", "application/x-javascript"];

    /// <summary>Never throws for anything that stands in the page.</summary>
    public static PageParts Of(string html, Uri url)
    {
        using var document = new HtmlParser().ParseDocument(html);
        var root = document.QuerySelector("base[href]")?.GetAttribute("href") is { } href && Uri.TryCreate(url, href, out var other) ? other : url;
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        var inline = ImmutableArray.CreateBuilder<string>();
        var unreadable = ImmutableArray.CreateBuilder<string>();
        foreach (var element in document.QuerySelectorAll("script, link[href]"))
        {
            if (SourceOf(element) is not { } source)
            {
                if (element is IHtmlScriptElement && IsScript(element) && !string.IsNullOrWhiteSpace(element.TextContent)) inline.Add(element.TextContent);
                continue;
            }
            if (!Uri.TryCreate(root, source.Trim(), out var target) || (target.Scheme != Uri.UriSchemeHttp && target.Scheme != Uri.UriSchemeHttps))
            {
                // What is written into the address itself was checked with the page; anything else cannot be fetched, by a browser neither.
                if (target?.Scheme is not ("data" or "blob")) unreadable.Add(source);
                continue;
            }
            assets.TryAdd(target.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped),
                new Asset(target, element is IHtmlScriptElement || HasRelation(element, "modulepreload"), Pages.Integrity.Parse(element.GetAttribute("integrity") ?? "")));
        }
        return new PageParts([.. assets.Values], inline.ToImmutable(), unreadable.ToImmutable());
    }

    /// <returns>Null for an element that loads nothing: a script with its text inside, a link to something else.</returns>
    private static string? SourceOf(IElement element) => element is IHtmlScriptElement
        ? IsScript(element) ? element.GetAttribute("src") : null
        : HasRelation(element, "stylesheet") || HasRelation(element, "modulepreload") ? element.GetAttribute("href") : null;

    /// <summary>Data blocks (JSON, templates) are no scripts: no browser runs them.</summary>
    private static bool IsScript(IElement element) => Scripts.Contains((element.GetAttribute("type") ?? "").Trim().ToLowerInvariant());

    private static bool HasRelation(IElement element, string relation) =>
        (element.GetAttribute("rel") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(relation, StringComparer.OrdinalIgnoreCase);
}
