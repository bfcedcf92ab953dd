using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using NodaTime;

namespace Nines.Probing.Pages;

public sealed record PageOptions
{
    [MainOption, Required, Description("The page: an absolute http or https URL. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Secret, Description("Request headers. Sent to the page's own origin only.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("What a script or style sheet must be: its URL, or its path on the page's own origin, and one or more of sha256-…, sha384-…, sha512-… as in an integrity attribute.")]
    public ImmutableSortedDictionary<string, string> Pins { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Origins that scripts may come from beside the page's own, such as https://cdn.example.org. Not judged when left out; [] for none.")]
    public ImmutableArray<string>? Origins { get; init; }

    [Description("What inline scripts may be: sha256-…, sha384-… or sha512-… each, as in a content security policy. Not judged when left out; [] for none.")]
    public ImmutableArray<string>? Inline { get; init; }

    [Range(1, 200), Description("Scripts and style sheets that are fetched at most, in the order of the page.")]
    public int MostAssets { get; init; } = 50;

    [DurationRange("10ms", "1h"), Description("Longest time for one script or style sheet; one that takes longer has failed.")]
    public Duration AssetTimeout { get; init; } = Duration.FromSeconds(5);

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}
