using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Cli.Reference;
using Nines.Probing;

namespace Nines.Cli.Verbs.Setup;

/// <summary><c>nines schema [config|report|outages|facts]</c>: JSON schemas of the config, for editors, and of what Nines hands out. The one in schema/ is the config's.</summary>
public static class SchemaVerb
{
    public static Command Create(IReadOnlyList<ProbeType> types, Screen screen)
    {
        var verb = Make("schema", "Print the JSON schema of the configuration, or of what is handed out", () => ConfigSchema.Text(types));
        verb.Add(Make("config", "The configuration: what 'nines schema' prints when nothing is named", () => ConfigSchema.Text(types)));
        foreach (var named in DocumentSchemas.All) verb.Add(Make(named.Name, named.About, named.Schema));
        return verb;

        Command Make(string name, string about, Func<string> schema)
        {
            var command = new Command(name, about);
            command.SetAction(_ => screen.Out.Write(schema()));
            return command;
        }
    }
}
