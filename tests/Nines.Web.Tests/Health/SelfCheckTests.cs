using System.Net;
using Nines.Testing;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Tests.Health;

public sealed class SelfCheckTests : IAsyncDisposable
{
    private readonly Watched watched = new();
    private readonly ManualTimeProvider time = new();
    private readonly Outside outside = new();
    private readonly List<string> said = [];

    public async ValueTask DisposeAsync()
    {
        outside.Dispose();
        await watched.DisposeAsync();
    }

    private async Task WhileAsync(Func<WatchStatus?> status, Func<Task> act)
    {
        using var stop = new CancellationTokenSource();
        using var check = new SelfCheck(outside.Url, time);
        var running = check.RunAsync(Duration.FromMinutes(1), status, line => { lock (said) said.Add(line); }, stop.Token);
        await act();
        await stop.CancelAsync();
        await running;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        await Patience.UntilAsync("what was waited for", holds, pause: TimeSpan.FromMilliseconds(10));
        Assert.True(holds());
    }

    private int Said
    {
        get { lock (said) return said.Count; }
    }

    [Fact]
    public async Task The_outside_is_called_only_while_the_watch_works()
    {
        var status = watched.Status;
        await WhileAsync(() => status, async () =>
        {
            await UntilAsync(() => outside.Calls == 1);
            time.Advance(TimeSpan.FromMinutes(1));
            await UntilAsync(() => outside.Calls == 2);

            status = status with { JournalFailsSince = status.Now };
            time.Advance(TimeSpan.FromMinutes(1));
            await UntilAsync(() => Said == 1);
            Assert.Contains("journal no", said[0], StringComparison.Ordinal);
            Assert.Equal(2, outside.Calls);

            status = watched.Status;
            time.Advance(TimeSpan.FromMinutes(1));
            await UntilAsync(() => outside.Calls == 3);
        });
    }

    [Fact]
    public async Task An_outside_that_fails_is_told_of_once_in_five_minutes_and_never_with_its_address()
    {
        outside.Status = HttpStatusCode.NotFound;
        await WhileAsync(() => watched.Status, async () =>
        {
            for (var call = 1; call <= 7; call++)
            {
                await UntilAsync(() => outside.Calls == call);
                await UntilAsync(() => Said == (call < 6 ? 1 : 2));
                time.Advance(TimeSpan.FromMinutes(1));
            }
            await UntilAsync(() => outside.Calls == 8);
        });
        Assert.All(said, line => Assert.Contains("answered 404", line, StringComparison.Ordinal));
        outside.Dispose();
        using var check = new SelfCheck(outside.Url, time);
        var unreached = Assert.IsType<SelfCheckCall.Unreached>(await check.CallAsync(CancellationToken.None));
        Assert.DoesNotContain(said.Append(unreached.Text), line => line.Contains("secret", StringComparison.Ordinal) || line.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_Nines_starts_nobody_is_called_and_nothing_is_said()
    {
        await WhileAsync(() => null, () =>
        {
            time.Advance(TimeSpan.FromMinutes(3));
            return Task.CompletedTask;
        });
        Assert.Equal((0, 0), (outside.Calls, Said));
    }

    private sealed class Outside : IDisposable
    {
        private readonly HttpListener listener = new();
        private int calls;

        public Outside()
        {
            Url = new Uri($"http://127.0.0.1:{Ports.Free()}/ping/secret");
            listener.Prefixes.Add(Url.GetLeftPart(UriPartial.Authority) + "/");
            listener.Start();
            _ = ServeAsync();
        }

        public Uri Url { get; }
        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;
        public int Calls => Volatile.Read(ref calls);

        public void Dispose() => listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    context.Response.StatusCode = (int)(context.Request.Url!.AbsolutePath == "/ping/secret" ? Status : HttpStatusCode.BadRequest);
                    context.Response.Close();
                    Interlocked.Increment(ref calls);
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
