using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Pages;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Pages;

public sealed class PageProbeTests
{
    private const string App = "console.log('swap');", Style = "body { color: teal }", Third = "window.tag = 1;", Inline = "start();";

    private sealed class Site : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, string> files = new(StringComparer.Ordinal);

        public Site() => Server = new HostileServer(async (stream, stop) =>
        {
            while (true)
            {
                var path = (await HostileServer.ReadHeadAsync(stream, stop)).Split(' ')[1];
                Asked.Enqueue(path);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(files.TryGetValue(path, out var answer) ? answer : "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"), stop);
            }
        });

        public HostileServer Server { get; }
        public ConcurrentQueue<string> Asked { get; } = new();
        public string this[string path] { set => files[path] = HostileServer.Ok(value); }
        public void Raw(string path, string answer) => files[path] = answer;
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private readonly Site site = new(), cdn = new();

    private PageOptions Options() => new() { Url = site.Server.Url() };

    /// <summary>A page with an own script under integrity, an own style sheet, a foreign script and an inline one.</summary>
    private void Publish(string? head = null)
    {
        site["/"] = head ?? $"""
            <!doctype html><title>Swap</title><link rel="stylesheet" href="/style.css"><script type="application/json">{"{"}"not":"run"{"}"}</script>
            <script src="app.js" integrity="{Integrity.Of(Encoding.UTF8.GetBytes(App))}"></script><script src="{cdn.Server.Url("/tag.js")}"></script><script>{Inline}</script>
            """;
        site["/app.js"] = App;
        site["/style.css"] = Style;
        cdn["/tag.js"] = Third;
    }

    private static string Pin(string text) => Integrity.Of(Encoding.UTF8.GetBytes(text));

    private static ImmutableSortedDictionary<string, string> Map(params (string Key, string Value)[] pairs) => pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    [Fact]
    public async Task A_page_whose_assets_are_as_they_should_be_breaks_nothing()
    {
        Publish();
        var probe = Look.WithDefaults("page", Options() with
        {
            Pins = Map(("/app.js", Pin(App)), ("/style.css", Pin(Style)), (cdn.Server.Url("/tag.js").ToString(), Pin(Third))),
            Origins = [$"http://{cdn.Server.Target}"], Inline = [Pin(Inline)],
        });
        var sight = await Look.OnceAsync(probe);
        Assert.Empty(sight.Broken(probe));
        Assert.Equal(("", 3, 1, 1), (sight.Value(probe, "why").Text, sight.Value(probe, "assets").Number, sight.Value(probe, "unprotected").Number, sight.Value(probe, "inline_scripts").Number));
        Assert.Equal(["/", "/style.css", "/app.js"], site.Asked);
    }

    [Fact]
    public async Task A_script_that_differs_from_its_pin_is_a_security_signal_that_names_it_with_its_hash()
    {
        Publish();
        cdn["/tag.js"] = "steal();";
        var probe = Look.WithDefaults("page", Options() with { Pins = Map((cdn.Server.Url("/tag.js").ToString(), Pin(Third))) });
        var sight = await Look.OnceAsync(probe);
        Assert.Equal(["not script_changed"], sight.Broken(probe));
        Assert.Contains($"/tag.js is {Pin("steal();")}, which is not what is pinned", sight.Value(probe, "why").Text);
        Assert.Equal(Core.CauseKind.Security, new PageProbeType().Signals.Single(signal => signal.Name == "script_changed").Evidence);
    }

    [Fact]
    public async Task A_pinned_script_that_the_page_no_longer_loads_has_changed_too()
    {
        Publish($"<script src='/other.js'></script>");
        site["/other.js"] = App;
        var probe = Look.WithDefaults("page", Options() with { Pins = Map(("/app.js", Pin(App))) });
        var sight = await Look.OnceAsync(probe);
        Assert.Equal(["not script_changed"], sight.Broken(probe));
        Assert.Equal("/app.js is pinned, but the page does not load it", sight.Value(probe, "why").Text);
    }

    [Fact]
    public async Task A_script_from_an_origin_that_nobody_named_and_an_inline_script_of_another_text_are_unexpected()
    {
        Publish();
        var elsewhere = Look.WithDefaults("page", Options() with { Origins = [] });
        var sight = await Look.OnceAsync(elsewhere);
        Assert.Equal(["not unexpected_script"], sight.Broken(elsewhere));
        Assert.Contains($"a script from {cdn.Server.Target}", sight.Value(elsewhere, "why").Text);

        var inline = Look.WithDefaults("page", Options() with { Inline = [Pin("other();")] });
        sight = await Look.OnceAsync(inline);
        Assert.Equal(["not unexpected_script"], sight.Broken(inline));
        Assert.Equal($"the inline script \"{Inline}\" ({Pin(Inline)})", sight.Value(inline, "why").Text);
    }

    [Fact]
    public async Task A_script_that_differs_from_its_integrity_attribute_is_effectively_down_without_being_called_an_attack()
    {
        Publish();
        site["/app.js"] = "a new build";
        var probe = Look.WithDefaults("page", Options());
        var sight = await Look.OnceAsync(probe);
        Assert.Equal(["integrity_broken == 0"], sight.Broken(probe));
        Assert.Equal("/app.js differs from its integrity attribute", sight.Value(probe, "why").Text);
    }

    [Fact]
    public async Task An_own_asset_that_is_missing_is_effectively_down_and_a_foreign_one_degraded()
    {
        Publish();
        site.Raw("/style.css", "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
        await cdn.DisposeAsync();
        var probe = Look.WithDefaults("page", Options());
        var sight = await Look.OnceAsync(probe);
        Assert.Equal(["assets_failed == 0", "third_party_failed == 0 else degraded"], sight.Broken(probe));
        Assert.Contains("/style.css answered with status 404", sight.Value(probe, "why").Text);
        Assert.Contains("failed: connection_refused", sight.Value(probe, "why").Text);
    }

    [Fact]
    public async Task An_asset_that_hangs_has_failed_after_its_own_time_and_our_path_must_be_vouched_for()
    {
        Publish();
        await using var hanging = HostileServer.Hanging("");
        site["/"] = $"<script src='{hanging.Url("/slow.js")}'></script><script src='/app.js'></script>";
        var probe = Look.WithDefaults("page", Options() with { AssetTimeout = Duration.FromSeconds(2) });
        var sight = await Look.OnceAsync(probe);
        Assert.Equal(["third_party_failed == 0 else degraded"], sight.Broken(probe));
        Assert.True(sight.NeedsControl);
        Assert.Contains("did not come within 2 s (headers)", sight.Value(probe, "why").Text);
        Assert.Contains("/app.js", site.Asked);
    }

    [Fact]
    public async Task A_page_that_answers_with_an_error_says_that_and_nothing_of_its_scripts()
    {
        site.Raw("/", "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n");
        var probe = Look.WithDefaults("page", Options() with { Pins = Map(("/app.js", Pin(App))) });
        var sight = await Look.OnceAsync(probe);
        Assert.Equal(["status >= 200 and status < 400 else down"], sight.Broken(probe));
    }

    [Fact]
    public async Task Nobody_there_is_refused_and_credentials_go_to_the_pages_own_origin_only()
    {
        await using var spy = new HostileServer(async (stream, stop) =>
        {
            var head = await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(HostileServer.Ok(head.Contains("s3cret-of-mine", StringComparison.Ordinal) ? "got it" : "without")), stop);
        });
        site["/"] = $"<script src='{spy.Url("/a.js")}'></script>";
        var with = Look.WithDefaults("page", Options() with { Headers = Map(("Authorization", "s3cret-of-mine")), Pins = Map((spy.Url("/a.js").ToString(), Pin("without"))) });
        Assert.Empty((await Look.OnceAsync(with)).Broken(with));
        (await Look.OnceAsync(Look.WithDefaults("page", new PageOptions { Url = new Uri($"http://{Look.NobodyThere()}/") }))).Refusal("connection_refused");
    }

    [Theory]
    [InlineData("pins", "is no hash")]
    [InlineData("origins", "is not an origin")]
    [InlineData("inline", "is no hash")]
    public void A_mistake_in_the_options_is_told_with_how_to_mend_it(string option, string says)
    {
        var wrong = Options() with
        {
            Pins = option == "pins" ? Map(("/app.js", "sha384-short")) : Map(),
            Origins = option == "origins" ? ["https://cdn.example.org/path"] : null,
            Inline = option == "inline" ? ["md5-x"] : null,
        };
        var mistake = Assert.Single(new PageProbeType().Validate(wrong));
        Assert.Equal(option, mistake.Option);
        Assert.Contains(says, mistake.Message);
    }

    [Theory]
    [InlineData("sha256-x sha384-y", false)]
    [InlineData("", false)]
    [InlineData("nonsense", false)]
    [InlineData("sha256-LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=", true)]
    public void Integrity_knows_what_a_browser_would(string text, bool known) => Assert.Equal(known, Integrity.Parse(text) is not null);

    [Fact]
    public void Of_several_hashes_those_of_the_strongest_algorithm_count_and_one_has_to_match()
    {
        byte[] content = [1, 2, 3];
        var right = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(content));
        Assert.True(Integrity.Parse($"sha256-{right}")!.Holds(content));
        Assert.True(Integrity.Parse($"sha256-{right}?x sha256-{Convert.ToBase64String(new byte[32])}")!.Holds(content));
        Assert.False(Integrity.Parse($"sha256-{right} {Integrity.Of([4])}")!.Holds(content));
    }

    [Fact]
    public void Whatever_stands_in_a_page_its_parts_are_read_within_limits()
    {
        const string seed = "<!doctype html><base href='http://b.example/x/'><link rel='modulepreload stylesheet' href=../m.js><script type=module src=\"a.js?x=1\" integrity='sha384-AAAA sha256-BB'></script><script>1</script><svg><script href=x></script></svg><template><script src=t.js></script></template>";
        var page = new Uri("http://a.example/");
        var texts = from edits in Gen.Choose(0, 8)
                    from at in Gen.ArrayOf(Gen.Choose(0, seed.Length - 1), edits)
                    from with in Gen.ArrayOf(Gen.Elements("<", ">", "\"", "'", "<script", "</", "<!--", "&#", "\0", "\ud800", "http://[", "data:,", "=", "<template>"), edits)
                    select at.Zip(with).Aggregate(seed, (text, edit) => text.Insert(Math.Min(edit.First, text.Length), edit.Second));
        Prop.ForAll(texts.ToArbitrary(), text => PageParts.Of(text, page).Assets.All(asset => asset.Url.IsAbsoluteUri)).Check(SameDraws.Config.WithMaxTest(10_000));
        Assert.True(PageParts.Of(string.Concat(Enumerable.Repeat("<div><script src=/a.js>", 40_000)), page).Assets.Length >= 0);
        Assert.Single(PageParts.Of(string.Concat(Enumerable.Repeat("<p><b><i>", 100_000)) + "<script src=/a.js></script>", page).Assets);
    }
}
