using System.CommandLine;
using Nines.Cli.Config;
using Nines.Probing;

namespace Nines.Cli.Verbs;

/// <summary><c>nines schema</c>: the JSON schema of the config, for editors. The one in schema/ is its output.</summary>
public static class SchemaVerb
{
    public static Command Create(IReadOnlyList<ProbeType> types)
    {
        var command = new Command("schema", "Print the JSON schema of the configuration");
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(ConfigSchema.Text(types)));
        return command;
    }
}
