using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nines.Response.Tests.Mail;

/// <summary>A server on loopback that does what a script says, line by line, however wrong.</summary>
internal sealed class NastyServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Task serving;

    public NastyServer(Func<NastyServer, NetworkStream, CancellationToken, Task> script)
    {
        listener.Start();
        serving = ServeAsync(script);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Every line that a client said.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>Answers each command with the first that fits its beginning; a null answer closes the connection. DATA takes all up to the dot.</summary>
    public static Func<NastyServer, NetworkStream, CancellationToken, Task> Answers(params (string Verb, string? Answer)[] answers) => async (server, stream, ending) =>
    {
        await SendAsync(stream, "220 nasty\r\n", ending);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        var data = false;
        while (await reader.ReadLineAsync(ending) is { } line)
        {
            lock (server.Heard) server.Heard.Add(line);
            if (data && line != ".") continue;
            var verb = data ? "." : line;
            data = false;
            var (_, answer) = answers.FirstOrDefault(given => verb.StartsWith(given.Verb, StringComparison.Ordinal));
            if (answer is null) return;
            if (verb == "DATA" && answer.StartsWith("354", StringComparison.Ordinal)) data = true;
            await SendAsync(stream, answer, ending);
        }
    };

    public static Task SendAsync(NetworkStream stream, string text, CancellationToken ending) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), ending).AsTask();

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await serving;
        ending.Dispose();
    }

    private async Task ServeAsync(Func<NastyServer, NetworkStream, CancellationToken, Task> script)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(ending.Token);
                await script(this, client.GetStream(), ending.Token);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client hung up, as it should, or the test is over.
            }
        }
    }
}
