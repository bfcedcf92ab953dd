using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nines.Bench.Consoles;

/// <summary>An HTTP server on loopback that is well and unwell by turns: whoever looks at it has something to tell.</summary>
internal sealed class FlappingTarget : IAsyncDisposable
{
    private static readonly byte[] Well = Answer("200 OK"), Unwell = Answer("503 Service Unavailable");

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting, flapping;
    private volatile bool isWell = true;

    /// <param name="every">Between two changes.</param>
    public FlappingTarget(TimeSpan every)
    {
        listener.Start(512);
        accepting = AcceptAsync();
        flapping = FlapAsync(every);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";

    /// <summary>False keeps it well.</summary>
    public bool Flaps { get; set; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await Task.WhenAll(accepting, flapping);
        stopping.Dispose();
    }

    private async Task FlapAsync(TimeSpan every)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(every, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isWell = !Flaps || !isWell;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await listener.AcceptTcpClientAsync(stopping.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = new byte[4096];
                while (await stream.ReadAsync(head, stopping.Token) > 0) await stream.WriteAsync(isWell ? Well : Unwell, stopping.Token);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static byte[] Answer(string status) => Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
}
