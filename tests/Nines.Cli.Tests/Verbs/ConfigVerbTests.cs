using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Cli.Tests.Config;
using Nines.Cli.Verbs.Setup;
using Nines.Cli.Verbs;
using NodaTime;

namespace Nines.Cli.Tests.Verbs;

public sealed class ConfigVerbTests : IDisposable
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 21, 12, 0);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-config-");
    private readonly StringWriter output = new();
    private readonly StringWriter talk = new();

    private static string Full => Path.Combine(Loading.Folder, "good", "full.yml");

    private Screen Screen => new() { Out = output, Error = talk, IsTerminal = false, HasColor = false, Width = 80 };

    private string File(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, null)]
    [InlineData("https://shop.example/health?x={a}&y=%24%7BZ%7D", null)]
    [InlineData(null, "https://node.example/")]
    [InlineData("https://[::1]:8443/", "http://127.0.0.1:8545")]
    public void What_init_writes_is_a_config_without_a_mistake(string? url, string? evm)
    {
        InitVerb.Run(File("nines.yaml"), url, evm, null, Screen);
        var reading = new ConfigLoader(Loading.Surroundings).Load(File("nines.yaml"));
        var config = Assert.IsType<ConfigReading.Loaded>(reading).Config;
        var probes = config.Topology.Components.SelectMany(component => component.Probes).Select(probe => probe.Type).ToList();
        Assert.Equal(url is not null || evm is null, probes.Contains("http"));
        Assert.Equal(evm is not null, probes.Contains("evm"));
        Assert.True(config.Control.Given);
    }

    [Fact]
    public void Init_leaves_a_file_that_is_there_as_it_is()
    {
        System.IO.File.WriteAllText(File("nines.yaml"), "mine");
        var fault = Assert.Throws<Fault>(() => InitVerb.Run(File("nines.yaml"), null, null, null, Screen));
        Assert.Equal(("NIN4009", ExitCode.SomethingIsWrong), (fault.Code, fault.Exit));
        Assert.Equal("mine", System.IO.File.ReadAllText(File("nines.yaml")));
        Assert.Contains("stays as it is", fault.Message);
    }

    [Fact]
    public void Init_refuses_what_is_no_address_and_a_folder_that_is_not_there()
    {
        void Refused(ExitCode expected, string file, string? url, string? evm = null, string? name = null) =>
            Assert.Equal(expected, Assert.Throws<Fault>(() => InitVerb.Run(File(file), url, evm, name, Screen)).Exit);
        Refused(ExitCode.CalledWrong, "nines.yaml", "shop.example");
        Refused(ExitCode.CalledWrong, "nines.yaml", "ftp://shop.example/");
        Refused(ExitCode.CalledWrong, "nines.yaml", null, name: "My Shop");
        Refused(ExitCode.CalledWrong, "nines.yaml", null, "http://127.0.0.1:8545", "chain");
        Refused(ExitCode.OutOfReach, "no/nines.yaml", null);
        Refused(ExitCode.OutOfReach, ".", null);
        Assert.False(System.IO.File.Exists(File("nines.yaml")));
    }

    [Theory]
    [InlineData("https://shop.example/", null, null, "shop.example")]
    [InlineData("http://localhost:8080/", null, null, "my-service")]
    [InlineData("http://10.0.0.7/", null, null, "my-service")]
    [InlineData("https://[::1]:8443/", null, null, "my-service")]
    [InlineData("http://10.0.0.7/", null, "shop", "shop")]
    [InlineData(null, "http://127.0.0.1:8545", "geth-1", "chain geth-1")]
    [InlineData("http://10.0.0.7/", "http://127.0.0.1:8545", "shop", "shop chain node-1")]
    public void Init_calls_the_component_by_its_host_or_as_it_was_told(string? url, string? evm, string? name, string expected)
    {
        InitVerb.Run(File("nines.yaml"), url, evm, name, Screen);
        var components = Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(Loading.Surroundings).Load(File("nines.yaml"))).Config.Topology.Components;
        Assert.Equal(expected, string.Join(' ', components.Select(component => component.Id)));
        // A first outage is to be seen soon.
        Assert.All(components.SelectMany(component => component.Probes), probe => Assert.Equal((10, 5), (probe.Every.TotalSeconds, probe.Timeout.TotalSeconds)));
    }

    [Fact]
    public void Init_ends_with_the_commands_to_type_next()
    {
        InitVerb.Run(File("other.yaml"), null, null, null, Screen);
        Assert.Equal(File("other.yaml") + "\n", output.ToString());
        Assert.Matches($@"\n  nines check {Regex.Escape(File("other.yaml"))} .*\n  nines up -c {Regex.Escape(File("other.yaml"))} .*\n$", talk.ToString());
    }

    [Fact]
    public void Check_says_all_mistakes_with_their_codes_and_ends_with_one()
    {
        System.IO.File.WriteAllText(File("nines.yaml"), "polcy: strict\ncomponents: []\n");
        Assert.Equal(1, CheckVerb.Tell(new ConfigLoader(Loading.Surroundings).Load(File("nines.yaml")), Loading.Surroundings, OutputFormat.Table, Now, Screen));
        Assert.Equal($"{File("nines.yaml")}:1:1 polcy: There is no key 'polcy' here. Did you mean 'policy'? [NIN1003]", talk.ToString().Split('\n')[0]);
        Assert.Contains("2 mistakes.", talk.ToString());
        Assert.Equal("", output.ToString());
        Assert.Equal(4, CheckVerb.Tell(new ConfigLoader(Loading.Surroundings).Load(File("other.yaml")), Loading.Surroundings, OutputFormat.Table, Now, Screen));
    }

    [Theory]
    [InlineData(OutputFormat.Json, "\"code\": \"NIN1003\"")]
    [InlineData(OutputFormat.Yaml, "- code: \"NIN1003\"")]
    [InlineData(OutputFormat.Csv, "NIN1003,")]
    public void Check_gives_the_mistakes_to_machines_in_every_format(OutputFormat format, string expected)
    {
        System.IO.File.WriteAllText(File("nines.yaml"), "polcy: strict\ncomponents: []\n");
        Assert.Equal(1, CheckVerb.Tell(new ConfigLoader(Loading.Surroundings).Load(File("nines.yaml")), Loading.Surroundings, format, Now, Screen));
        Assert.Contains(expected, output.ToString());
    }

    [Fact]
    public void Check_as_json_has_a_schema_units_in_names_and_no_secret()
    {
        Assert.Equal(0, CheckVerb.Tell(new ConfigLoader(Loading.Surroundings).Load(Full), Loading.Surroundings, OutputFormat.Json, Now, Screen));
        Assert.DoesNotContain("k3y-th4t-n0body-may-see", output.ToString());
        Assert.DoesNotContain("/v3/", output.ToString());
        using var json = JsonDocument.Parse(output.ToString());
        Assert.Equal("nines.check/1", json.RootElement.EnumerateObject().First().Value.GetString());
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(9, json.RootElement.GetProperty("components")[1].GetProperty("resolution_s").GetDouble());
        Assert.Equal("effectively_down", json.RootElement.GetProperty("conditions")[0].GetProperty("otherwise").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("calls").GetArrayLength());
    }

    [Fact]
    public void Check_as_csv_has_a_row_a_component()
    {
        Assert.Equal(0, CheckVerb.Tell(new ConfigLoader(Loading.Surroundings).Load(Full), Loading.Surroundings, OutputFormat.Csv, Now, Screen));
        var lines = output.ToString().Split("\r\n");
        Assert.Equal("component,kind,probes,vantage_points,resolution_s", lines[0]);
        Assert.Equal("geth-1,node,1,2,9", lines[2]);
    }

    [Fact]
    public void Check_in_a_pipe_keeps_a_condition_on_one_line_however_long_it_is()
    {
        Assert.Equal(0, CheckVerb.Tell(new ConfigLoader(Loading.Surroundings).Load(Full), Loading.Surroundings, OutputFormat.Table, Now, Screen));
        Assert.Contains(output.ToString().Split('\n'), line => line.Length > 100 && line.StartsWith("geth-1/evm ", StringComparison.Ordinal) && line.Contains("begins at", StringComparison.Ordinal));
        Assert.Contains("vouched for by 1.1.1.1:443 and the names one.one.one.one.", output.ToString());
    }

    [Fact]
    public void Check_says_when_each_rule_of_maintenance_comes_next_and_who_is_told()
    {
        const string config = """
            components: [{name: a, kind: infra, probes: [{tcp: 'a.example:1'}]}]
            maintenance:
              - {name: weekly, components: [a], every: tuesday, at: "06:00", for: 30m, zone: Europe/Berlin}
              - {name: leap, components: all, cron: "0 3 29 2 *", for: 1h}
              - {name: gone, components: [a], from: 2020-01-01T00:00Z, to: 2020-01-01T01:00Z}
            """;
        System.IO.File.WriteAllText(File("nines.yaml"), config);
        Assert.Equal(0, CheckVerb.Tell(new ConfigLoader(new ConfigSurroundings()).Load(File("nines.yaml")), new ConfigSurroundings(), OutputFormat.Table, Now, Screen));
        var lines = output.ToString().Split('\n').Select(line => Regex.Replace(line.TrimEnd(), "  +", "  ")).ToList();
        Assert.Contains("weekly  a  2026-11-24 05:00:00  2026-11-24 05:30:00", lines);
        Assert.Contains("leap  a  2028-02-29 03:00:00  2028-02-29 04:00:00", lines);
        Assert.Contains("gone  a  never again  -", lines);
        Assert.Contains("Nobody is told of outages: there is no 'notify'.", lines);
    }

    [Theory]
    [InlineData("check", "FILE")]
    [InlineData("check", "config", "FILE")]
    [InlineData("check", "-c", "FILE")]
    [InlineData("check", "config", "--config", "FILE")]
    public async Task Check_takes_its_file_by_itself_and_as_an_option_with_and_without_the_noun(params string[] arguments)
    {
        System.IO.File.WriteAllText(File("good.yaml"), "components: [{name: a, kind: infra, probes: [{tcp: 'a.example:1'}]}]");
        var root = new RootCommand { CheckVerb.Create(new ConfigSurroundings(), TimeProvider.System, Screen) };
        Assert.Equal(0, await root.Parse([.. arguments.Select(argument => argument == "FILE" ? File("good.yaml") : argument)]).InvokeAsync());
        Assert.Contains("a.example:1", output.ToString());
    }

    [Fact]
    public async Task Schema_prints_the_same_with_and_without_the_noun()
    {
        var root = new RootCommand { SchemaVerb.Create(FakeProbeTypes.All, Screen) };
        await root.Parse(["schema"]).InvokeAsync();
        var bare = output.ToString();
        await root.Parse(["schema", "config"]).InvokeAsync();
        Assert.Equal(bare + bare, output.ToString());
        Assert.Contains("\"$defs\"", bare);
    }

    [Fact]
    public void The_commands_parse_their_options()
    {
        Assert.Empty(InitVerb.Create(Screen).Parse(["--url", "https://shop.example/", "other.yaml"]).Errors);
        Assert.NotEmpty(CheckVerb.Create(Loading.Surroundings, TimeProvider.System, Screen).Parse(["-o", "xml"]).Errors);
        Assert.Single(CheckVerb.Create(Loading.Surroundings, TimeProvider.System, Screen).Parse(["a.yaml", "-c", "b.yaml"]).Errors);
    }
}
