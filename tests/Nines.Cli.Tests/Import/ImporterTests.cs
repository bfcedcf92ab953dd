using System.Text;
using Nines.Cli.Config;
using Nines.Cli.Import;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Tests.Import;

/// <summary>The samples are written by hand in the form that the tools' own documentation shows.</summary>
public sealed class ImporterTests : IDisposable
{
    private static readonly ConfigSurroundings Surroundings = new() { Environment = name => name == "HOME" ? "/home/ops" : null };

    private readonly string folder = Directory.CreateTempSubdirectory("nines-import-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Import", "samples", name);

    private static Importer.Result Import(string file, string? targets = null) => new Importer(Surroundings).Import(Sample(file), null, targets is null ? null : Sample(targets));

    private Importer.Result ImportText(string text, ForeignFormat? format = null) => ImportBytes(Encoding.UTF8.GetBytes(text), format);

    private Importer.Result ImportBytes(byte[] bytes, ForeignFormat? format = null)
    {
        var path = Path.Combine(folder, "document");
        File.WriteAllBytes(path, bytes);
        return new Importer(Surroundings).Import(path, format, null);
    }

    private static Dictionary<string, Component> Loaded(Importer.Result made) =>
        Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(Surroundings).Read("made.yaml", Encoding.UTF8.GetBytes(made.Text), "/")).Config.Topology.Components.ToDictionary(component => component.Id.Value);

    private static string[] Conditions(Component component) => [.. component.Probes[0].Conditions.Select(condition => condition.ToCanonicalText(component.Probes[0].Signals))];

    private static string? Why(Importer.Result made, string key) => made.Imported.Left.FirstOrDefault(left => left.Key == key)?.Why;

    [Fact]
    public void A_gatus_config_becomes_components_with_the_same_conditions()
    {
        var made = Import("gatus.yaml");
        var components = Loaded(made);
        var front = components["core-front-end"];
        Assert.Equal(("Core", Duration.FromSeconds(30), Duration.FromSeconds(3)), (front.Labels["group"], front.Probes[0].Every, front.Probes[0].Timeout));
        Assert.Equal(
        [
            "status == 200 else down", "json($.status) == \"UP\" else down", "json($.data[0].id) == 7 else down", "json($.kind) == \"a\" or json($.kind) == \"b\" else down",
            "body contains \"<h1>Welcome</h1>\" else down", "round_trip < 300ms else degraded", "cert_expires_in > 2d else degraded",
        ], Conditions(front));
        var options = Assert.IsType<Probing.Http.HttpOptions>(front.Probes[0].Options);
        Assert.Equal(("Bearer $ecret", 0), (options.Headers["Authorization"], options.Redirects));
        Assert.Equal("POST", Assert.IsType<Probing.Http.HttpOptions>(components["core-api"].Probes[0].Options).Method);
        Assert.Equal("tcp", components["redis"].Probes[0].Type);
        Assert.Equal("heartbeat", components["jobs-backup"].Probes[0].Type);
        Assert.DoesNotContain("gone", components.Keys);
        Assert.Equal(["records == \"93.184.216.34\" else down", "rcode == \"NOERROR\" else down"], Conditions(components["resolver"])[..2]);
        Assert.Contains("https://hooks.slack.example/services/T0/B0/abcdefgh", made.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_taken_over_is_listed_with_its_line_and_why()
    {
        var made = Import("gatus.yaml");
        Assert.Equal("Nines always checks certificates: name the root to trust with ca_file.", Why(made, "endpoints[0].client.insecure"));
        Assert.StartsWith("[DOMAIN_EXPIRATION] > 720h: ", Why(made, "endpoints[0].conditions[7]"), StringComparison.Ordinal);
        Assert.Equal("The endpoint is not enabled.", Why(made, "endpoints[7]"));
        Assert.Equal("Nines does not speak STARTTLS.", Why(made, "endpoints[4]"));
        Assert.Equal(9, made.Imported.Left.Single(left => left.Key == "alerting.pagerduty").Line);
        Assert.NotNull(Why(made, "storage"));
    }

    [Fact]
    public void Blackbox_modules_meet_the_targets_of_prometheus()
    {
        var made = Import("blackbox.yml", "prometheus.yml");
        var components = Loaded(made);
        Assert.Equal(["api.example-rpc", "irc.example-6667", "mail.example-995", "shop.example", "status.example"], components.Keys.Order());
        var shop = components["shop.example"];
        Assert.Equal(("payments", "web", Duration.FromSeconds(30), Duration.FromSeconds(5)), (shop.Labels["team"], shop.Labels["job"], shop.Probes[0].Every, shop.Probes[0].Timeout));
        Assert.Equal(["cert_expires_in > 0s else down", "not body matches \"(?i)could not connect\" else down", "status >= 200 and status < 300 else down"], Conditions(shop));
        var api = Assert.IsType<Probing.Http.HttpOptions>(components["api.example-rpc"].Probes[0].Options);
        Assert.Equal(("{\"a\": \"${b}\"}", "Basic b3BzOmh1bnRlcjJodW50ZXIy"), (api.Body, api.Headers["authorization"]));
        Assert.Contains("look-arounds", Why(made, "modules.http_post.http.fail_if_body_not_matches_regexp"), StringComparison.Ordinal);
        Assert.Equal("No job of the Prometheus config probes with this module.", Why(made, "modules.grpc"));
        Assert.Equal("The exporter's config has no module 'no_such_module'.", Why(made, "scrape_configs[6]"));
    }

    [Fact]
    public void An_uptime_kuma_backup_keeps_groups_tags_and_queries()
    {
        var made = Import("kuma.json");
        var components = Loaded(made);
        Assert.Equal(["shop", "landing-page"], components["production"].Needs!.Mentioned().Select(id => id.Value));
        Assert.Equal(("payments", "Production 🚀"), (components["shop"].Labels["team"], components["shop"].Labels["group"]));
        Assert.Equal("(status >= 200 and status <= 299) or status == 304 else down".Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal), Conditions(components["shop"])[0]);
        Assert.Equal("body contains \"Add to \\\"cart\\\"\" else down", Conditions(components["landing-page"])[1]);
        Assert.Equal("json($.status.code) == 0 else down", Conditions(components["api"])[1]);
        Assert.Equal(("tcp", "icmp", "dns"), (components["redis"].Probes[0].Type, components["gateway"].Probes[0].Type, components["zone"].Probes[0].Type));
        Assert.StartsWith("json($count(items))", Why(made, "monitorList[4].jsonPath"), StringComparison.Ordinal);
        Assert.Equal("The monitor is paused.", Why(made, "monitorList[7]"));
        Assert.Equal("Nines has no probe for monitors of type 'docker'.", Why(made, "monitorList[8]"));
    }

    [Fact]
    public void A_key_that_nobody_knows_is_listed_and_never_lost()
    {
        var made = ImportText("endpoints:\n  - name: a\n    url: https://a.example/\n    conditions: [\"[STATUS] == 200\"]\n    brand-new: {x: 1}\nelsewhere: 1\n");
        Assert.Equal("No such key is known to this import.", Why(made, "endpoints[0].brand-new"));
        Assert.Equal("No such key is known to this import.", Why(made, "elsewhere"));
    }

    [Fact]
    public void A_variable_stays_one_and_text_that_looks_like_one_stays_text()
    {
        var gatus = ImportText("endpoints:\n  - {name: a, url: \"https://$HOST/${PATH_OF}/$$x\", conditions: [\"[STATUS] == 200\"]}\n");
        Assert.Contains("\"https://${HOST}/${PATH_OF}/$x\"", gatus.Text, StringComparison.Ordinal);
        var kuma = ImportText("""{"monitorList": [{"id": 1, "name": "a", "type": "http", "url": "https://a.example/${X}", "active": true}]}""");
        Assert.Contains("\"https://a.example/$${X}\"", kuma.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("- a\n", "holds a list")]
    [InlineData("a: [", "not YAML")]
    [InlineData("{\"monitorList\": [", "not JSON from here on")]
    [InlineData("{\"a\": 1}", "--format")]
    [InlineData("endpoints: []\n", "nothing that Nines could watch")]
    [InlineData("endpoints: 7\n", "endpoints: Expected a list, found a single value")]
    [InlineData("endpoints: [{name: [a], url: {b: c}}]\n", "endpoints[0].name: Expected one value")]
    [InlineData("modules: {a: {prober: http}}\n", "--targets")]
    [InlineData("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g]\n", "aliases")]
    public void A_document_that_cannot_be_imported_is_refused_with_its_reason(string text, string said) =>
        Assert.Contains(said, Assert.Throws<ImportException>(() => ImportText(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Too_large_a_document_and_one_that_is_no_text_are_refused()
    {
        Assert.Contains("4,194,304", Assert.Throws<ImportException>(() => ImportBytes(new byte[10_000_000].Select(_ => (byte)'#').ToArray())).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", Assert.Throws<ImportException>(() => ImportBytes([(byte)'a', (byte)':', 0xff, 0xfe])).Message, StringComparison.Ordinal);
        Assert.Contains("not JSON", Assert.Throws<ImportException>(() => ImportText(new string('[', 100_000))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<ImportException>(() => new Importer(Surroundings).Import(Path.Combine(folder, "none"), null, null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gatus.yaml", 120)]
    [InlineData("kuma.json", 120)]
    public void However_a_document_is_damaged_it_is_imported_or_refused(string file, int seeds)
    {
        var whole = File.ReadAllText(Sample(file));
        string[] pieces = ["\t", "[", "]", "{", "}", "\"", ": ", "- ", "null", "\0", "é", "${", "1e99", "name", "\\", "\n", "[STATUS]", "\"type\": 7,"];
        var imported = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder(whole);
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                var at = random.Next(text.Length);
                if (random.Next(2) == 0) text.Insert(at, pieces[random.Next(pieces.Length)]);
                else text.Remove(at, Math.Min(text.Length - at, random.Next(1, 12)));
            }
            try
            {
                var made = ImportText(text.ToString());
                // Only a variable may be missing: where the config will be used it may be set.
                if (new ConfigLoader(Surroundings).Read("made.yaml", Encoding.UTF8.GetBytes(made.Text), "/") is ConfigReading.Refused refused) Assert.All(refused.Mistakes, mistake => Assert.Equal(MistakeCode.Variable, mistake.Code));
                imported++;
            }
            catch (ImportException)
            {
                // Refused, with a reason.
            }
        }
        Assert.InRange(imported, 1, seeds - 1);
    }
}
