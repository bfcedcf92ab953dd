using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nines.Chains.Tests.Evm.JsonRpc;

/// <summary>A bare HTTP/1.1 server on a free loopback port; the test writes each response byte for byte.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly Func<string, Stream, CancellationToken, Task> _respond;

    /// <param name="respond">Given a request's body, writes the whole response; the connection is closed after it.</param>
    public LoopbackServer(Func<string, Stream, CancellationToken, Task> respond)
    {
        _respond = respond;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public int Requests { get; private set; }

    public static LoopbackServer Answering(Func<string, string> body) => new((asked, stream, stopping) => WriteAsync(stream, 200, body(asked), stopping));

    public static Task WriteAsync(Stream stream, int status, string body, CancellationToken stopping, string headers = "") =>
        stream.WriteAsync(
            Encoding.UTF8.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n{headers}\r\n{body}"),
            stopping).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                using var stream = client.GetStream();
                var asked = await ReadBodyAsync(stream);
                Requests++;
                await _respond(asked, stream, _stopping.Token);
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException)
            {
                // the client went away, as some tests want it to, or the test is over
            }
        }
    }

    private async Task<string> ReadBodyAsync(NetworkStream stream)
    {
        const string LengthHeader = "Content-Length:";
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var text = received.ToString();
            var headers = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (headers >= 0)
            {
                var header = text[..headers].Split("\r\n").Single(line => line.StartsWith(LengthHeader, StringComparison.OrdinalIgnoreCase));
                var length = int.Parse(header[LengthHeader.Length..], CultureInfo.InvariantCulture);
                if (text.Length >= headers + 4 + length)
                {
                    return text[(headers + 4)..];
                }
            }

            var read = await stream.ReadAsync(buffer, _stopping.Token);
            if (read == 0)
            {
                throw new IOException("The client sent half a request.");
            }

            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }
}
