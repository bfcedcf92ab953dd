using System.Text;

namespace Nines.Cli.Import;

/// <summary>The new config, commented.</summary>
internal static class ImportedText
{
    public static string Write(Imported imported, string from)
    {
        var text = new StringBuilder();
        text.Append($"""
            # Made from {OneLine(Path.GetFileName(from))} ({imported.Tool}) by 'nines init --from'. 'nines check' says how Nines understands it.
            # A wrong answer is down; a slow one, or a certificate that ends soon, is degraded. Change 'else …' where you mean it otherwise.
            # It may hold tokens of the old file: move them to environment variables and write {"${NAME}"} here.

            # What vouches for our own connection: a failed probe counts only while these answer.
            control:
              targets: ["tcp://1.1.1.1:443", "tcp://9.9.9.9:443"]
              names: [one.one.one.one, dns.quad9.net]

            components:

            """.ReplaceLineEndings("\n"));
        foreach (var component in imported.Components) Component(text, component);
        if (imported.Windows.Count > 0) text.Append("\nmaintenance:\n");
        foreach (var window in imported.Windows)
            text.Append($"  - name: {window.Name}\n    components: all\n    every: {window.Every}\n    at: {Probes.Quoted(window.At)}\n    for: {window.For}\n    zone: {Probes.Quoted(window.Zone)}\n");
        if (imported.Notifiers.Count > 0) text.Append("\nnotify:\n");
        foreach (var notifier in imported.Notifiers) text.Append($"  - {notifier.Channel}: {Probes.QuotedWithVariables(notifier.Url)}\n");
        return text.ToString();
    }

    private static void Component(StringBuilder text, ImportedComponent component)
    {
        text.Append($"  - name: {Probes.Quoted(component.Name).Trim('"')}{(component.Called == component.Name ? "" : $"   # {OneLine(component.Called)}")}\n    kind: {component.Kind}\n");
        if (component.Labels.Count > 0) text.Append($"    labels: {{{string.Join(", ", component.Labels.Select(label => $"{Probes.Quoted(label.Key)}: {Probes.Quoted(label.Value)}"))}}}\n");
        if (component.Needs.Count > 0) text.Append($"    needs: [{string.Join(", ", component.Needs)}]\n");
        if (component.Probes.Count > 0) text.Append("    probes:\n");
        foreach (var probe in component.Probes)
        {
            text.Append($"      - {probe.Type}: {Probes.QuotedWithVariables(probe.Main)}\n");
            foreach (var (key, yaml) in probe.Options) text.Append($"        {key}: {yaml}\n");
            if (probe.EveryS is { } every) text.Append($"        every: {GoDuration.Text(every)}\n");
            if (probe.TimeoutS is { } timeout) text.Append($"        timeout: {GoDuration.Text(timeout)}\n");
            if (probe.Conditions.Count > 0) text.Append("        conditions:\n");
            foreach (var condition in probe.Conditions) text.Append($"          - {Probes.QuotedWithVariables(condition.Text)}\n");
        }
    }

    private static string OneLine(string text) => string.Concat(Core.Redaction.ByShape.Apply(text).Select(c => char.IsControl(c) ? ' ' : c));
}
