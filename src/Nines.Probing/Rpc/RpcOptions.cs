using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Http;
using Nines.Probing.Quotas;

namespace Nines.Probing.Rpc;

/// <summary>How a JSON-RPC endpoint is reached; the same for every probe that speaks to one.</summary>
public abstract record RpcOptions
{
    [MainOption, Required, Description("The JSON-RPC endpoint: an absolute http or https URL. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Secret, Description("Request headers, such as authorization.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Keep the connection for the next look; false makes each look see DNS, connect and TLS.")]
    public bool Reuse { get; init; } = true;

    [Description("auto holds an idle TCP connection whose break makes Nines look at once; off does not.")]
    public TripwireUse Tripwire { get; init; } = TripwireUse.Auto;

    [Description("Calls that the provider takes from this address or key in a window, such as 300/1m; each call of a batch is one. A refusal for the rate is the provider's only below it, and ours without it.")]
    public Quota? Quota { get; init; }

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}
