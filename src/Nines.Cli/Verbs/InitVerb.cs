using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs;

/// <summary><c>nines init</c>: writes a first nines.yaml. Asks nothing, and leaves a file that is there as it is.</summary>
public static class InitVerb
{
    public static Command Create(Screen screen)
    {
        var url = new Option<string?>("--url") { Description = "A page to watch, such as https://shop.example/health", HelpName = "URL" };
        var evm = new Option<string?>("--evm") { Description = "JSON-RPC address of an EVM node; better ${NODE_URL} in the file, when it holds a key", HelpName = "URL" };
        var name = new Option<string?>("--name") { Description = "What to call the component; else the host of its address", HelpName = "NAME" };
        var file = new Argument<string>("file") { Description = "The file to write", HelpName = "FILE", DefaultValueFactory = _ => StarterConfig.FileName };
        var command = new Command("init", "Write a first configuration") { file, url, evm, name };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(url), parsed.GetValue(evm), parsed.GetValue(name), screen));
        return command;
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
        try
        {
            if (!StarterConfig.Write(path, text))
                throw new Fault("NIN4009", ExitCode.SomethingIsWrong, $"{path}: is there already and stays as it is. Give another name: nines init other.yaml");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = wrong is UnauthorizedAccessException ? "permission denied, or it is a folder" : Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? "the disk refused it" : "its folder is missing";
            throw new Fault("NIN4010", ExitCode.OutOfReach, $"{path}: cannot be written: {why}. Name a file in a folder that you can write.");
        }
        screen.Out.Write(path + "\n");
        var (check, up) = path == StarterConfig.FileName ? ($"{screen.Command} check", $"{screen.Command} up") : ($"{screen.Command} check {path}", $"{screen.Command} up -c {path}");
        screen.Error.Write($"Written. Next:\n  {check.PadRight(up.Length)}  says how it is understood\n  {up.PadRight(check.Length)}  begins to watch\n");
    }

    private static Uri? Address(string? text, string option)
    {
        if (text is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri
            : throw new FormatException($"The value of {option} is not an address. Write it with its scheme: {option} https://shop.example/");
    }
}
