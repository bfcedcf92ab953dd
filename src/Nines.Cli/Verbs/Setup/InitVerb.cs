using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Cli.Config;
using Nines.Cli.Import;
using Nines.Cli.Output;
using Nines.Core;

namespace Nines.Cli.Verbs.Setup;

/// <summary><c>nines init</c>: writes a first nines.yaml. Asks nothing, and leaves a file that is there as it is.</summary>
public static partial class InitVerb
{
    public static Command Create(Screen screen)
    {
        var url = new Option<string?>("--url") { Description = "A page to watch, such as https://shop.example/health", HelpName = "URL" };
        var evm = new Option<string?>("--evm") { Description = "JSON-RPC address of an EVM node; better ${NODE_URL} in the file, when it holds a key", HelpName = "URL" };
        var name = new Option<string?>("--name") { Description = "What to call the component; else the host of its address", HelpName = "NAME" };
        var file = new Argument<string>("file") { Description = "The file to write", HelpName = "FILE", DefaultValueFactory = _ => StarterConfig.FileName };
        var from = new Option<string?>("--from") { Description = "A config of blackbox_exporter, Gatus or Uptime Kuma (a backup) to take over; - for stdin", HelpName = "FILE" };
        var format = new Option<string?>("--format") { Description = "Whose --from is; else found out by what is in it" };
        format.AcceptOnlyFromAmong([.. Enum.GetNames<ForeignFormat>().Select(known => known.ToLowerInvariant())]);
        var targets = new Option<string?>("--targets") { Description = "With a blackbox_exporter's config: the Prometheus config that holds its targets", HelpName = "FILE" };
        var output = OutputOption.Create();
        var command = new Command("init", "Write a first configuration, or one made of another tool's") { file, url, evm, name, from, format, targets, output };
        command.Validators.Add(result =>
        {
            var imports = result.GetResult(from) is not null;
            if (imports && (result.GetResult(url) ?? result.GetResult(evm) ?? result.GetResult(name)) is not null) result.AddError("--from takes over what another tool watches; --url, --evm and --name are for a first config without it.");
            if (!imports && (result.GetResult(format) ?? result.GetResult(targets)) is not null) result.AddError("--format and --targets go with --from.");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(from) is not { } source) Run(parsed.GetValue(file)!, parsed.GetValue(url), parsed.GetValue(evm), parsed.GetValue(name), screen);
            else Import(parsed.GetValue(file)!, source, parsed.GetValue(format), parsed.GetValue(targets), OutputOption.Read(parsed, output), screen);
        });
        return command;
    }

    /// <exception cref="Fault">NIN4201: it cannot be imported. NIN4009: there is a file already. NIN4010: it cannot be written.</exception>
    public static void Import(string path, string from, string? format, string? targets, OutputFormat output, Screen screen)
    {
        Importer.Result made;
        try
        {
            made = new Importer(new ConfigSurroundings()).Import(from, format is null ? null : Enum.Parse<ForeignFormat>(format, ignoreCase: true), targets);
        }
        catch (ImportException wrong)
        {
            throw new Fault("NIN4201", ExitCode.CalledWrong, wrong.Message);
        }
        Save(path, made.Text, secret: true); // tokens of the old file may be in it
        var rows = made.Imported.Left.Select(row => row with { Why = Redaction.ByShape.Apply(row.Why) })
            .GroupBy(row => (Key: Indices().Replace(row.Key, "[]"), row.Why)).Select(same => (same.Key.Key, same.Key.Why, Lines: same.Select(row => row.Line).Where(line => line > 0).ToList(), Count: same.Count())).ToList();
        var shownFrom = made.Imported.Left.Count == 0 ? "Every key was taken over." : null;
        ResultWriter.Write(Result.Of(
            new
            {
                Schema = "nines.import/1",
                File = path,
                made.Imported.Tool,
                Components = made.Imported.Components.Count,
                Probes = made.Imported.Components.Sum(component => component.Probes.Count),
                NotTakenOver = made.Imported.Left.Select(row => new { row.File, Line = row.Line > 0 ? row.Line : (int?)null, row.Key, Why = Redaction.ByShape.Apply(row.Why) }),
            },
            "not_taken_over",
            new Table(["NOT TAKEN OVER", "TIMES", "LINE", "WHY"],
                [.. rows.Select(row => (ImmutableArray<string>)[row.Key, row.Count.ToString(CultureInfo.InvariantCulture), string.Join(", ", row.Lines.Take(3)) + (row.Lines.Count > 3 ? ", …" : ""), row.Why])]) { WhenEmpty = shownFrom },
            $"{made.Imported.Components.Count} components with {made.Imported.Components.Sum(component => component.Probes.Count)} probes from {made.Imported.Tool}, written to {path}."), output, screen);
        screen.Error.Write($"Next:\n  {screen.Command} check {path}  says how it is understood\n");
    }

    /// <exception cref="Fault">NIN4008: an address or name is none. NIN4009: there is a file already. NIN4010: it cannot be written.</exception>
    public static void Run(string path, string? url, string? evm, string? name, Screen screen)
    {
        string text;
        try
        {
            text = StarterConfig.Text(Address(url, "--url"), Address(evm, "--evm"), name);
        }
        catch (FormatException wrong)
        {
            throw new Fault("NIN4008", ExitCode.CalledWrong, wrong.Message);
        }
        Save(path, text);
        screen.Out.Write(path + "\n");
        var (check, up) = path == StarterConfig.FileName ? ($"{screen.Command} check", $"{screen.Command} up") : ($"{screen.Command} check {path}", $"{screen.Command} up -c {path}");
        screen.Error.Write($"Written. Next:\n  {check.PadRight(up.Length)}  says how it is understood\n  {up.PadRight(check.Length)}  begins to watch\n");
    }

    private static void Save(string path, string text, bool secret = false)
    {
        try
        {
            if (!StarterConfig.Write(path, text, secret))
                throw new Fault("NIN4009", ExitCode.SomethingIsWrong, $"{path}: is there already and stays as it is. Give another name: nines init other.yaml");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = wrong is UnauthorizedAccessException ? "permission denied, or it is a folder" : Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? "the disk refused it" : "its folder is missing";
            throw new Fault("NIN4010", ExitCode.OutOfReach, $"{path}: cannot be written: {why}. Name a file in a folder that you can write.");
        }
    }

    private static Uri? Address(string? text, string option)
    {
        if (text is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri
            : throw new FormatException($"The value of {option} is not an address. Write it with its scheme: {option} https://shop.example/");
    }

    [GeneratedRegex(@"\[[0-9]+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Indices();
}
