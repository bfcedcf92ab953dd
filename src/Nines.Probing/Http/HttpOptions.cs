using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Quotas;
using NodaTime;

namespace Nines.Probing.Http;

public enum HttpProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http1,
    /// <summary>HTTP/2, and nothing less.</summary>
    Http2,
}

public enum TripwireUse
{
    /// <summary>Hold an idle connection to the same host and port.</summary>
    Auto,
    Off,
}

public sealed record HttpOptions
{
    [MainOption, Required, Description("What to ask for: an absolute http or https URL. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Description("GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.")]
    public string Method { get; init; } = "GET";

    [Secret, Description("Request headers. Sent to the URL's own origin only, not where a redirect leads elsewhere.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Request body, sent as UTF-8. Its type is the header content-type; text/plain without one.")]
    public string? Body { get; init; }

    [Range(0, 50), Description("Redirects that are followed; 0 to take the first answer as it is.")]
    public int Redirects { get; init; } = 10;

    [Description("Protocol version: http1 or http2.")]
    public HttpProtocol Protocol { get; init; } = HttpProtocol.Http1;

    [Description("Keep the connection for the next look: cheaper for the target, but then only some looks see DNS, connect and TLS.")]
    public bool Reuse { get; init; }

    [Description("auto holds an idle TCP connection whose break makes Nines look at once; off does not.")]
    public TripwireUse Tripwire { get; init; } = TripwireUse.Auto;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [Secret, Description("Client certificate to show when the target asks for one: PEM, with its issuers behind it.")]
    public string? ClientCert { get; init; }

    [Secret, Description("Private key of client_cert: PEM, not encrypted.")]
    public string? ClientKey { get; init; }

    [Description("Requests that the provider takes from this address in a window, such as 60/1m. With it, a status 429 or 418 above it is our fault and slows us down; without it, they are a status like any other.")]
    public Quota? Quota { get; init; }

    [Description("host:port to connect to instead of the URL's own; its name stays in the request and in TLS. For one server behind a shared name.")]
    public string? ConnectTo { get; init; }
}
