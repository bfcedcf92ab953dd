using System.Globalization;
using Nines.Backbone.Embedded.Backup;

namespace Nines.Cli.Output;

/// <summary>One line on a terminal that fills as work goes on: <c>copying     ████████░░░░  65 %</c>. Written at whole per cents only.</summary>
internal sealed class ProgressBar(TextWriter to) : IProgress<BackupProgress>
{
    private const int Cells = 30;

    private readonly Lock gate = new();
    private string shown = "";

    public void Report(BackupProgress value) => Report(value.Act, value.Share);

    /// <param name="share">0 to 1.</param>
    public void Report(string act, double share)
    {
        var percent = (int)Math.Clamp(share * 100, 0, 100);
        var line = string.Create(CultureInfo.InvariantCulture, $"{act,-12} {new string('█', percent * Cells / 100).PadRight(Cells, '░')} {percent,3} %");
        lock (gate)
        {
            if (line == shown) return;
            shown = line;
            to.Write($"\r{line}");
        }
    }

    /// <summary>Takes the line away; what follows stands in its place.</summary>
    public void Clear()
    {
        lock (gate)
        {
            if (shown.Length == 0) return;
            to.Write($"\r{new string(' ', shown.Length)}\r");
            shown = "";
        }
    }
}
