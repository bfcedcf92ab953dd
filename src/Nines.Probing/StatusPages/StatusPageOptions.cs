using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Http;

namespace Nines.Probing.StatusPages;

public sealed record StatusPageOptions
{
    [MainOption, Required, Description("The provider's status page, as browsers open it: an http or https URL. /api/v2/summary.json is added unless the URL ends with .json.")]
    public required Uri Url { get; init; }

    [Description("Names or ids of the page's components that you depend on; all of them when left out.")]
    public ImmutableArray<string> Components { get; init; } = [];

    [Description("Count a component under maintenance as not operational; false leaves it out.")]
    public bool IncludeMaintenance { get; init; } = true;

    [Secret, Description("Request headers.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    internal Uri Summary
    {
        get
        {
            var page = new UriBuilder(Url) { Fragment = "" };
            if (!page.Path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) page.Path = page.Path.TrimEnd('/') + "/api/v2/summary.json";
            return page.Uri;
        }
    }

    internal HttpOptions Http => new() { Url = Url, Headers = Headers, CaFile = CaFile };
}
