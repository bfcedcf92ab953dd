using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Components;
using Nines.Core.Observations;
using Outcome = Nines.Core.Observations.Outcome;
using Nines.Probing.Browsers;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Browsers;

/// <summary>A real Chromium against pages of a real server.</summary>
public sealed class BrowserProbeTests : IAsyncDisposable
{
    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private static readonly bool HasBrowser = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "chromium")));

    private readonly ConcurrentDictionary<string, string> files = new(StringComparer.Ordinal);
    private readonly HostileServer server;

    public BrowserProbeTests() => server = new HostileServer(async (stream, stop) =>
    {
        while (true)
        {
            var path = (await HostileServer.ReadHeadAsync(stream, stop)).Split(' ')[1];
            await stream.WriteAsync(Encoding.Latin1.GetBytes(files.GetValueOrDefault(path) ?? "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"), stop);
        }
    });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private void Publish(string path, string text) => files[path] = HostileServer.Ok(text, "Content-Type: text/html\r\n");

    /// <summary>A page that connects to a wallet, then swaps what is written into its field.</summary>
    private void PublishSwap(string onConnect = "show(await window.ethereum.request({ method: 'eth_requestAccounts' }))") => Publish("/", $$"""
        <!doctype html><title>Swap</title><button id="connect">Connect</button><input id="amount"><button id="swap" disabled>Swap</button><p id="who"></p><p id="said"></p>
        <script>
          const show = accounts => { who.textContent = accounts[0]; swap.disabled = false; };
          connect.onclick = async () => { {{onConnect}} };
          swap.onclick = () => setTimeout(() => said.textContent = 'swapped ' + amount.value, 100);
        </script>
        """);

    private BrowserOptions Swap(Duration? within = null) => new()
    {
        Url = server.Url(), NoSandbox = Environment.IsPrivilegedProcess, Wallet = new TestWallet { Account = Account, ChainId = 10 },
        Secrets = ImmutableSortedDictionary<string, string>.Empty.Add("amount", "12.5-of-mine"),
        Steps =
        [
            new BrowserStep { Name = "connect", Click = "#connect" },
            new BrowserStep { Name = "connected", See = "#who", Text = Account, Timeout = within ?? Duration.FromSeconds(2) },
            new BrowserStep { Name = "amount", Fill = "#amount", With = "{{amount}}" },
            new BrowserStep { Name = "swap", Click = "#swap", Timeout = within ?? Duration.FromSeconds(2) },
            new BrowserStep { Name = "done", See = "#said", Text = "swapped 12.5-of-mine" },
        ],
    };

    private static async Task<(ProbeDefinition Probe, Sight Sight)> LookAsync(BrowserOptions options, Duration? timeout = null)
    {
        Assert.SkipUnless(HasBrowser, "There is no chromium in PATH.");
        var probe = Look.WithDefaults("browser", options, timeout ?? Duration.FromSeconds(120));
        return (probe, await Look.OnceAsync(probe));
    }

    [Fact]
    public async Task A_journey_that_a_user_could_make_passes_with_a_wallet_that_connects()
    {
        PublishSwap();
        var (probe, sight) = await LookAsync(Swap(within: Duration.FromSeconds(30)));
        Assert.Equal("", sight.Value(probe, "why").Text);
        Assert.Empty(sight.Broken(probe));
        Assert.Equal((5, 200), (sight.Value(probe, "steps_passed").Number, sight.Value(probe, "status").Number));
        Assert.True(sight.Value(probe, "wallet_asked").Flag);
        Assert.True(sight.Value(probe, "load_time").Number > 0);
    }

    [Fact]
    public async Task A_page_that_answers_200_and_cannot_connect_a_wallet_is_effectively_down_for_a_reason_of_its_own()
    {
        PublishSwap("show(null)");
        var (probe, sight) = await LookAsync(Swap());
        Assert.Equal(["not page_failed else effectively_down", "passed else effectively_down"], sight.Broken(probe));
        Assert.Equal("connected", sight.Value(probe, "step").Text);
        Assert.Contains("a script of the page threw: TypeError", sight.Value(probe, "why").Text);
    }

    [Fact]
    public async Task A_step_that_waits_in_vain_says_for_what_and_blames_nobody_without_evidence()
    {
        PublishSwap("");
        var (probe, sight) = await LookAsync(Swap());
        Assert.Equal(["passed else effectively_down"], sight.Broken(probe));
        Assert.StartsWith("#who is not visible", sight.Value(probe, "why").Text);
    }

    [Fact]
    public async Task What_is_covered_or_disabled_cannot_be_clicked_and_a_bad_selector_is_told()
    {
        Publish("/", "<button id=a>x</button><div style='position:fixed;inset:0'></div>");
        var step = new BrowserStep { Name = "press", Click = "#a", Timeout = Duration.FromSeconds(3) };
        var (probe, sight) = await LookAsync(Swap() with { Steps = [step] });
        Assert.Equal("#a is covered by a <div>", sight.Value(probe, "why").Text);

        Publish("/", "<button id=a disabled>x</button>");
        (probe, sight) = await LookAsync(Swap() with { Steps = [step] });
        Assert.Equal("#a is disabled", sight.Value(probe, "why").Text);

        (probe, sight) = await LookAsync(Swap() with { Steps = [step with { Click = "##" }] });
        Assert.Contains("is no CSS selector", sight.Value(probe, "why").Text);
    }

    [Fact]
    public async Task An_own_script_that_does_not_load_is_the_pages_failure_and_nobody_there_is_refused()
    {
        Publish("/", "<script src='/gone.js'></script><p>nothing</p>");
        var (probe, sight) = await LookAsync(Swap() with { Steps = [new BrowserStep { Name = "app", See = "#app", Timeout = Duration.FromSeconds(1) }] });
        Assert.True(sight.Value(probe, "page_failed").Flag);
        Assert.Contains("/gone.js: status 404", sight.Value(probe, "why").Text);

        (_, sight) = await LookAsync(Swap() with { Url = new Uri($"http://{Look.NobodyThere()}/") });
        sight.Refusal("connection_refused");
    }

    [Fact]
    public async Task A_server_that_hangs_times_out_and_a_page_that_never_stops_is_cut_off_within_the_look()
    {
        Assert.SkipUnless(HasBrowser, "There is no chromium in PATH.");
        await using var hanging = HostileServer.Hanging("");
        var silent = Look.WithDefaults("browser", Swap() with { Url = hanging.Url() }, Duration.FromSeconds(6));
        (await CutOffAsync(silent, hanging.Asked)).TimesOutIn("headers");

        Publish("/", "<script>for (;;) {}</script>");
        var busy = Look.WithDefaults("browser", Swap(), Duration.FromSeconds(6));
        var sight = await CutOffAsync(busy, server.Asked);
        Assert.True(sight.Outcome is Outcome.Answered or Outcome.TimedOut, $"{sight.Outcome}");
        if (sight.Outcome is Outcome.Answered) Assert.Contains("passed else effectively_down", sight.Broken(busy));
    }

    /// <summary>A look whose time passes from its request on: how long a browser takes to start is for the machine to decide.</summary>
    private static async Task<Sight> CutOffAsync(ProbeDefinition definition, Task asked)
    {
        var time = new ManualTimeProvider();
        await using var probe = Look.Make(definition, environment: Look.Environment with { Time = time });
        var look = probe.LookAsync(CancellationToken.None).AsTask();
        await Task.WhenAny(look, asked).WaitAsync(Patience.Most);
        await Patience.UntilAsync("the look is over", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return look.IsCompleted;
        }, pause: TimeSpan.FromMilliseconds(100));
        return await look;
    }

    [Fact]
    public async Task No_browser_is_our_fault_and_nothing_is_left_behind()
    {
        var (_, sight) = await LookAsync(Swap() with { Chromium = "/nowhere/chromium" });
        sight.Fault("there is no /nowhere/chromium");
        var probe = Look.WithDefaults("browser", Swap());
        (await Look.OnceAsync(probe, Look.Path(source: "127.0.0.2"))).Fault("no_source_address");
    }

    [Theory]
    [InlineData("steps", "exactly one of open, click, fill and see")]
    [InlineData("with", "no secret 'pin'")]
    [InlineData("wallet", "is not an address")]
    public void A_mistake_in_the_options_is_told_with_how_to_mend_it(string kind, string says)
    {
        var wrong = kind switch
        {
            "steps" => Swap() with { Steps = [new BrowserStep { Name = "x", Click = "a", See = "b" }] },
            "with" => Swap() with { Steps = [new BrowserStep { Name = "x", Fill = "a", With = "{{pin}}" }] },
            _ => Swap() with { Wallet = new TestWallet { Account = "0x12" } },
        };
        Assert.Contains(says, Assert.Single(new BrowserProbeType().Validate(wrong)).Message);
    }

    [Fact]
    public void Whatever_the_browser_tells_of_a_page_is_taken_in()
    {
        const string seed = """{"requestId":"1.2","type":"Document","frameId":"F","response":{"url":"http://a/","status":500},"request":{"url":"http://a.example/x.js"},"errorText":"net::ERR_FAILED","canceled":false,"exceptionDetails":{"text":"Uncaught","exception":{"description":"Error: x\n at y"}},"name":"ninesWalletAsked"}""";
        string[] methods = ["Network.requestWillBeSent", "Network.responseReceived", "Network.loadingFailed", "Runtime.exceptionThrown", "Runtime.bindingCalled", "Page.loadEventFired", "Inspector.targetCrashed"];
        var messages = from at in Gen.Choose(0, seed.Length - 1)
                       from with in Gen.Elements("null", "1e99", "[]", "{}", "\"\"", "\\ud800", "true", "-1")
                       from length in Gen.Choose(0, 12)
                       from method in Gen.Elements(methods)
                       select (method, text: string.Concat(seed.AsSpan(0, at), with, seed.AsSpan(Math.Min(at + length, seed.Length))));
        var trouble = new PageTrouble(new Uri("http://a.example/")) { MainFrame = "F" };
        Prop.ForAll(messages.ToArbitrary(), message =>
        {
            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(message.text);
            }
            catch (JsonException)
            {
                return;
            }
            using (document) trouble.Hear(message.method, document.RootElement);
        }).Check(SameDraws.Config.WithMaxTest(20_000));
        Assert.True(trouble.First.Length < 600);
    }
}
