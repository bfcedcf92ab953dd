using System.CommandLine;
using System.Globalization;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Discovery;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs;

/// <summary>The <c>--config</c> option, and what every verb that needs a config does with it.</summary>
internal static class ConfigOption
{
    public const string DefaultFile = StarterConfig.FileName;

    public static Option<string> Create() => new("--config", "-c")
    {
        Description = "The config: a file, a folder, or - for stdin; else $NINES_CONFIG, else nines.yaml and nines.d/",
        HelpName = "FILE",
        DefaultValueFactory = _ => InReach,
    };

    /// <summary>The file that is meant when none is named.</summary>
    public static string InReach => Environment.GetEnvironmentVariable("NINES_CONFIG") is { Length: > 0 } file ? file : DefaultFile;

    /// <returns>The config; null after all of its mistakes have been told.</returns>
    /// <param name="exit">What the verb ends with when there is none.</param>
    public static LoadedConfig? Load(ConfigReading reading, Screen screen, out ExitCode exit)
    {
        switch (reading)
        {
            case ConfigReading.Loaded loaded:
                exit = ExitCode.Done;
                TellLeftOut(loaded, screen);
                return loaded.Config;
            case ConfigReading.Refused { Mistakes: var mistakes }:
                Tell(mistakes, screen);
                exit = mistakes[0].Code == MistakeCode.File ? ExitCode.OutOfReach : ExitCode.CalledWrong;
                return null;
            default:
                throw new InvalidOperationException("ConfigReading is a closed hierarchy.");
        }
    }

    /// <summary>What the files and their sources say now, asked once.</summary>
    public static async Task<ConfigReading> ReadAsync(string file, ConfigSurroundings surroundings, TimeProvider time, CancellationToken cancellation)
    {
        using var effective = new EffectiveConfig(file, surroundings, time, _ => { }); // told with the result
        return await effective.ReadAsync(cancellation);
    }

    /// <summary>What was discovered and left out, and which sources could not be asked: the rest is watched.</summary>
    public static void TellLeftOut(ConfigReading.Loaded loaded, Screen screen)
    {
        foreach (var note in loaded.Notes) screen.Error.Write(ResultWriter.Printable(note, keepLines: false) + "\n");
        foreach (var mistake in loaded.LeftOut.Take(MostTold)) screen.Error.Write(ResultWriter.Printable($"{mistake} [{mistake.CodeText}]", keepLines: false) + "\n");
        if (loaded.LeftOut.Length > MostTold) screen.Error.Write(string.Create(CultureInfo.InvariantCulture, $"… and {loaded.LeftOut.Length - MostTold} more: nines check -o json has all.\n"));
    }

    private const int MostTold = 50;

    /// <summary>The same within a message of its own: a line each, as far as one can be read.</summary>
    public static string Listed(IEnumerable<Mistake> mistakes) => string.Join('\n', mistakes.Take(MostListed).Select(mistake => $"  {mistake} [{mistake.CodeText}]"));

    private const int MostListed = 20;

    /// <summary>A line a mistake, its place first: editors and terminals jump to it.</summary>
    public static void Tell(IReadOnlyCollection<Mistake> mistakes, Screen screen)
    {
        foreach (var mistake in mistakes) screen.Error.Write(ResultWriter.Printable($"{mistake} [{mistake.CodeText}]", keepLines: false) + "\n");
        screen.Error.Write(mistakes.Count == 1 ? "1 mistake.\n" : string.Create(CultureInfo.InvariantCulture, $"{mistakes.Count} mistakes.\n"));
    }

    /// <summary>Where the journal is: <c>--data</c>, else what the config in reach says, else the user's state folder.</summary>
    /// <param name="data">What <c>--data</c> says; null when it is not given.</param>
    /// <param name="file">The config file; one that is not there is only an error where it was named.</param>
    public static string DataFolder(string? data, string file)
    {
        if (data is not null) return Path.GetFullPath(data);
        if (file == InReach && !File.Exists(file) && !Directory.Exists(file) && !Directory.Exists(ConfigFiles.FolderBeside(file))) return ConfigLoader.DefaultDataFolder(Environment.GetEnvironmentVariable, Environment.CurrentDirectory);
        return new ConfigLoader(new ConfigSurroundings()).DataFolderOf(file)
            ?? throw new Fault("NIN4005", ExitCode.CalledWrong, $"{file}: does not tell its data folder. 'nines check' says what is wrong with it; or name the folder with --data.");
    }
}
