using System.CommandLine;
using Nines.Cli.Config;

namespace Nines.Cli.Verbs;

/// <summary><c>nines init</c>: writes a first nines.yaml. Asks nothing, and leaves a file that is there as it is.</summary>
public static class InitVerb
{
    public static Command Create()
    {
        var url = new Option<string?>("--url") { Description = "A page to watch, such as https://shop.example/health." };
        var evm = new Option<string?>("--evm") { Description = "JSON-RPC address of an EVM node. Better: ${NODE_URL} in the file, when it holds a key." };
        var file = new Argument<string>("file") { Description = "The file to write.", DefaultValueFactory = _ => StarterConfig.FileName };
        var command = new Command("init", "Write a first configuration") { file, url, evm };
        command.SetAction(parsed => Run(
            parsed.GetValue(file) ?? StarterConfig.FileName,
            parsed.GetValue(url),
            parsed.GetValue(evm),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <returns>0 when it is written; 1 when there is a file already; 2 when an address is none; 4 when it cannot be written.</returns>
    public static int Run(string path, string? url, string? evm, TextWriter output, TextWriter talk)
    {
        if (Address(url, "--url", talk) is not { } page || Address(evm, "--evm", talk) is not { } node) return 2;
        string text;
        try
        {
            text = StarterConfig.Text(page.Uri, node.Uri);
        }
        catch (FormatException wrong)
        {
            talk.WriteLine(wrong.Message);
            return 2;
        }
        try
        {
            if (!StarterConfig.Write(path, text))
            {
                talk.WriteLine($"{path} is there already and stays as it is. Give another name: nines init other.yaml");
                return 1;
            }
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            talk.WriteLine($"{path} cannot be written: {(wrong is UnauthorizedAccessException ? "permission denied" : "the folder is missing or full")}.");
            return 4;
        }
        output.WriteLine(path);
        talk.WriteLine($"Written. See how it is understood: nines check {path}");
        return 0;
    }

    private readonly record struct Given(Uri? Uri);

    private static Given? Address(string? text, string option, TextWriter talk)
    {
        if (text is null) return new Given(null);
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0) return new Given(uri);
        talk.WriteLine($"The value of {option} is not an address. Write it with its scheme: {option} https://shop.example/");
        return null;
    }
}
