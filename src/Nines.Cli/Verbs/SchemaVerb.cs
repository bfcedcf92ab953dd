using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Probing;

namespace Nines.Cli.Verbs;

/// <summary><c>nines schema [config]</c>: the JSON schema of the config, for editors. The one in schema/ is its output.</summary>
public static class SchemaVerb
{
    public static Command Create(IReadOnlyList<ProbeType> types, Screen screen)
    {
        var verb = Make("schema", "Print the JSON schema of the configuration");
        verb.Add(Make("config", "The configuration: what 'nines schema' prints when nothing is named"));
        return verb;

        Command Make(string name, string about)
        {
            var command = new Command(name, about);
            command.SetAction(_ => screen.Out.Write(ConfigSchema.Text(types)));
            return command;
        }
    }
}
