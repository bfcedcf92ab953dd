using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;

namespace Nines.Probing.Http;

/// <summary>A page or an API, asked over HTTP.</summary>
public sealed class HttpProbeType : ProbeType
{
    internal static readonly ImmutableHashSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    public override string Key => "http";
    public override string About => "Asks for a URL and looks at status, times, headers and body of the answer.";
    public override Type OptionsType => typeof(HttpOptions);

    /// <summary>In the order of <see cref="HttpExchange"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answer, redirects included."),
        new("status", SignalUnit.None, "Status code of the last answer."),
        new("dns_time", SignalUnit.Seconds, "Name resolution; missing when there was none."),
        new("connect_time", SignalUnit.Seconds, "TCP handshake; missing when a connection was reused."),
        new("tls_time", SignalUnit.Seconds, "TLS handshake; missing without TLS."),
        new("first_byte", SignalUnit.Seconds, "From sending the last request to the headers of its answer, without making the connection."),
        new("body_time", SignalUnit.Seconds, "From the headers of the last answer to its end."),
        new("body_bytes", SignalUnit.Bytes, "Bytes of the body that were read, decompressed."),
        new("body_cut", SignalUnit.Flag, "The body was longer than is read; only its beginning was looked at."),
        new("cert_expires_in", SignalUnit.Seconds, "Time until the certificate expires; missing without TLS."),
        new("redirects", SignalUnit.None, "Redirects that were followed."),
        new("body_sha256", SignalUnit.Text, "SHA-256 of the body, decompressed, as 64 lower-case hexadecimal digits; missing when it was cut."),
        new("body", SignalUnit.Flag, "body contains \"x\", body matches \"regex\".") { TakesArgument = true },
        new("json", SignalUnit.Any, "A value of a JSON body: json($.a.b[0]).") { TakesArgument = true },
        new("header", SignalUnit.Text, "A header of the answer: header(\"x\").") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => ["status >= 200 and status < 400 else down"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var http = (HttpOptions)options;
        if (!http.Url.IsAbsoluteUri || (http.Url.Scheme != Uri.UriSchemeHttp && http.Url.Scheme != Uri.UriSchemeHttps))
            yield return new OptionMistake("http", "is not an absolute http or https URL. Try https://example.org/health.");
        if (!Methods.Contains(http.Method))
            yield return new OptionMistake("method", $"'{http.Method}' is not one of {string.Join(", ", Methods.Order(StringComparer.Ordinal))}.");
        if (http.Body is not null && http.Method is ("GET" or "HEAD"))
            yield return new OptionMistake("body", $"goes with method POST, PUT, PATCH, DELETE or OPTIONS, not {http.Method}.");
        foreach (var mistake in HttpRequests.MistakesIn(http.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(http.CaFile)) yield return mistake;
        foreach (var mistake in ClientIdentity.MistakesIn(http.ClientCert, http.ClientKey)) yield return mistake;
        if (http.ConnectTo is { } other && !HostPort.TryParse(other, out _))
            yield return new OptionMistake("connect_to", $"'{other}' is not host:port. Try 192.0.2.10:443.");
    }

    public override string? MistakeIn(SignalRef signal) => Readout.MistakeIn(signal);

    public override string? Provider(object options) => HttpProbe.TargetOf((HttpOptions)options).ToString();

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new HttpProbe(definition, (HttpOptions)definition.Options, path, environment);
}
