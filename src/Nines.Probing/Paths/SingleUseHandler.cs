using System.Globalization;
using System.Text;

namespace Nines.Probing.Paths;

/// <summary>
/// HTTP/1.1 (RFC 9112) with a connection for each request, closed with its answer. The framework's handler would keep a pool, timers and
/// a dozen objects for a connection that is used once: with thousands of probes that costs more than all else together.
/// </summary>
/// <remarks>Throws what the framework's handler throws, so that whoever sends requests need not know which of them it has.</remarks>
/// <param name="connect">Opens the connection that the request goes over.</param>
internal sealed class SingleUseHandler(Func<HttpRequestMessage, CancellationToken, ValueTask<Connection>> connect) : HttpMessageHandler
{
    private const string Encodings = "gzip, deflate, br";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var bytes = await EncodeAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = new AnswerStream(await connect(request, cancellationToken).ConfigureAwait(false));
        try
        {
            await answer.Connection.Stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            var response = await answer.ReadHeadAsync(request.Method, cancellationToken).ConfigureAwait(false);
            response.RequestMessage = request;
            return response;
        }
        catch
        {
            await answer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask<byte[]> EncodeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var url = request.RequestUri!;
        var head = new StringBuilder(256);
        head.Append(request.Method.Method).Append(' ').Append(url.PathAndQuery).Append(" HTTP/1.1\r\nHost: ");
        if (request.Headers.Host is { } host) head.Append(host);
        else if (url.HostNameType == UriHostNameType.IPv6) head.Append('[').Append(url.IdnHost).Append(']');
        else head.Append(url.IdnHost);
        if (request.Headers.Host is null && !url.IsDefaultPort) head.Append(CultureInfo.InvariantCulture, $":{url.Port}");
        head.Append("\r\n");
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            // How the body is framed is for us to say.
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                head.Append(name).Append(": ").Append(values.ToString()).Append("\r\n");
        }
        if (!request.Headers.NonValidated.Contains("Accept-Encoding")) head.Append("Accept-Encoding: ").Append(Encodings).Append("\r\n");
        if (request.Content is not { } content)
        {
            if (request.Method.Method is "POST" or "PUT" or "PATCH") head.Append("Content-Length: 0\r\n");
            return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
        }
        var body = await content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        foreach (var (name, values) in content.Headers.NonValidated)
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) head.Append(name).Append(": ").Append(values.ToString()).Append("\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
    }
}
