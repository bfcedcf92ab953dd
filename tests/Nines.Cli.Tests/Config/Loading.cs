using System.Text;
using Nines.Cli.Config;
using Nines.Probing;

namespace Nines.Cli.Tests.Config;

/// <summary>Loads texts as nines.yaml, with the fake probe types and a small environment.</summary>
internal static class Loading
{
    public const string Secret = "h0neyp0t-5ecret-value";

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Config");

    public static readonly ConfigSurroundings Surroundings = new()
    {
        ProbeTypes = FakeProbeTypes.All,
        Environment = name => name switch
        {
            "SHOP_URL" => "https://shop.example/health",
            "GETH_URL" => $"https://node.example/v3/{Secret}",
            "TOKEN" => Secret,
            "EMPTY" => "",
            "SOON" => "soon",
            "HOME" => "/home/ops",
            _ => null,
        },
    };

    public static ConfigReading Read(string yaml, IReadOnlyList<ProbeType>? types = null) =>
        new ConfigLoader(types is null ? Surroundings : Surroundings with { ProbeTypes = types }).Read("nines.yaml", Encoding.UTF8.GetBytes(yaml), Path.Combine(Folder, "good"));

    public static LoadedConfig Loaded(string yaml, IReadOnlyList<ProbeType>? types = null) => Read(yaml, types) switch
    {
        ConfigReading.Loaded loaded => loaded.Config,
        ConfigReading.Refused refused => throw new InvalidOperationException(string.Join('\n', refused.Mistakes)),
        _ => throw new InvalidOperationException("ConfigReading is a closed hierarchy."),
    };

    public static IReadOnlyList<Mistake> Refused(string yaml) => Assert.IsType<ConfigReading.Refused>(Read(yaml)).Mistakes;
}
