using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs;

/// <summary>The <c>--config</c> option, and what every verb that needs a config does with it.</summary>
internal static class ConfigOption
{
    public const string DefaultFile = "nines.yaml";

    public static Option<string> Create() => new("--config", "-c")
    {
        Description = "The config file",
        HelpName = "FILE",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("NINES_CONFIG") is { Length: > 0 } file ? file : DefaultFile,
    };

    /// <returns>The config; null after all of its mistakes have been told.</returns>
    public static LoadedConfig? Load(string file, Screen screen)
    {
        switch (new ConfigLoader(new ConfigSurroundings()).Load(file))
        {
            case ConfigReading.Loaded loaded:
                return loaded.Config;
            case ConfigReading.Refused refused:
                foreach (var mistake in refused.Mistakes) screen.Error.Write($"{mistake.CodeText}: {mistake}\n");
                return null;
            default:
                throw new InvalidOperationException("ConfigReading is a closed hierarchy.");
        }
    }

    /// <summary>Where the journal is: <c>--data</c>, else what the config in reach says, else the user's state folder.</summary>
    public static string DataFolder(string? given)
    {
        if (given is not null) return Path.GetFullPath(given);
        var file = Environment.GetEnvironmentVariable("NINES_CONFIG") is { Length: > 0 } named ? named : DefaultFile;
        if (!File.Exists(file)) return ConfigLoader.DefaultDataFolder(Environment.GetEnvironmentVariable, Environment.CurrentDirectory);
        return new ConfigLoader(new ConfigSurroundings()).Load(file) is ConfigReading.Loaded loaded
            ? loaded.Config.DataFolder
            : throw new Fault("NIN4005", ExitCode.CalledWrong, $"{file}: has mistakes, so its data folder is not known. 'nines check' lists them; or name the folder with --data.");
    }
}
