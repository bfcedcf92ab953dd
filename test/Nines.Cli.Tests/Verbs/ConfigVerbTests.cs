using System.Text.Json;
using Nines.Cli.Config;
using Nines.Cli.Tests.Config;
using Nines.Cli.Verbs;

namespace Nines.Cli.Tests.Verbs;

public sealed class ConfigVerbTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-config-");
    private readonly StringWriter output = new();
    private readonly StringWriter talk = new();

    private string File(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, null)]
    [InlineData("https://shop.example/health?x={a}&y=%24%7BZ%7D", null)]
    [InlineData(null, "https://node.example/")]
    [InlineData("https://[::1]:8443/", "http://127.0.0.1:8545")]
    public void What_init_writes_is_a_config_without_a_mistake(string? url, string? evm)
    {
        Assert.Equal(0, InitVerb.Run(File("nines.yaml"), url, evm, output, talk));
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
        Assert.Equal(1, InitVerb.Run(File("nines.yaml"), null, null, output, talk));
        Assert.Equal("mine", System.IO.File.ReadAllText(File("nines.yaml")));
        Assert.Contains("stays as it is", talk.ToString());
    }

    [Fact]
    public void Init_refuses_what_is_no_address_and_a_folder_that_is_not_there()
    {
        Assert.Equal(2, InitVerb.Run(File("nines.yaml"), "shop.example", null, output, talk));
        Assert.Equal(2, InitVerb.Run(File("nines.yaml"), "ftp://shop.example/", null, output, talk));
        Assert.Equal(4, InitVerb.Run(File("no/nines.yaml"), null, null, output, talk));
        Assert.False(System.IO.File.Exists(File("nines.yaml")));
    }

    [Fact]
    public void Check_says_all_mistakes_with_their_codes_and_ends_with_one()
    {
        System.IO.File.WriteAllText(File("nines.yaml"), "polcy: strict\ncomponents: []\n");
        Assert.Equal(1, CheckVerb.Run(Loading.Surroundings, File("nines.yaml"), json: false, output, talk));
        Assert.Equal($"{File("nines.yaml")}:1:1 polcy: There is no key 'polcy' here. Did you mean 'policy'? [NIN1003]", talk.ToString().Split(Environment.NewLine)[0]);
        Assert.Contains("2 mistakes.", talk.ToString());
        Assert.Equal("", output.ToString());
        Assert.Equal(4, CheckVerb.Run(Loading.Surroundings, File("other.yaml"), json: false, output, talk));
    }

    [Fact]
    public void Check_as_json_has_a_schema_units_in_names_and_no_secret()
    {
        var path = Path.Combine(Loading.Folder, "good", "full.yml");
        Assert.Equal(0, CheckVerb.Run(Loading.Surroundings, path, json: true, output, talk));
        using var json = JsonDocument.Parse(output.ToString());
        Assert.Equal("nines.check/1", json.RootElement.GetProperty("schema").GetString());
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(7, json.RootElement.GetProperty("components")[1].GetProperty("resolution_seconds").GetDouble());
        Assert.Equal(3, json.RootElement.GetProperty("calls").GetArrayLength());
    }

    [Fact]
    public void Check_as_a_table_shows_each_condition_as_it_was_understood()
    {
        var path = Path.Combine(Loading.Folder, "good", "full.yml");
        Assert.Equal(0, CheckVerb.Run(Loading.Surroundings, path, json: false, output, talk));
        Assert.Contains("geth-1/evm", output.ToString());
        Assert.Contains("vouched for by 1.1.1.1:443 and the names one.one.one.one.", output.ToString());
    }

    [Fact]
    public void The_commands_parse_their_options()
    {
        Assert.Empty(InitVerb.Create().Parse(["--url", "https://shop.example/", "other.yaml"]).Errors);
        Assert.Empty(CheckVerb.Create(Loading.Surroundings).Parse(["other.yaml", "-o", "json"]).Errors);
        Assert.NotEmpty(CheckVerb.Create(Loading.Surroundings).Parse(["-o", "xml"]).Errors);
        Assert.Empty(SchemaVerb.Create(FakeProbeTypes.All).Parse([]).Errors);
    }
}
