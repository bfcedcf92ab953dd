using System.Text;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using NodaTime;

// A writer in a process of its own, for tests that kill it or trace it.
// Nines.Backbone.Appender <folder> <writers> <appends>: appends from so many tasks (0 appends: until killed, or until its input ends) and prints
// a line "ack <position> <key>" in one write each, after the append was acknowledged. Exit 3 with the code when the journal refuses to open.
var (folder, writers, appends) = (args[0], int.Parse(args[1]), int.Parse(args[2]));
var output = Console.OpenStandardOutput();
try
{
    await using var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System);
    Print("open");
    if (writers == 0) Console.In.ReadToEnd();
    var run = Guid.NewGuid().ToString("n");
    await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => AppendAsync(journal, run, writer))));
    return 0;
}
catch (JournalException e)
{
    Print($"{e.Code} {e.Message}");
    return 3;
}

async Task AppendAsync(SqliteJournal journal, string run, int writer)
{
    for (var i = 0; appends == 0 || i < appends; i++)
    {
        var key = $"{run}-{i}";
        var receipt = await journal.AppendAsync(new Append($"writer/{writer}", key, [new WatchStopped(Instant.FromUnixTimeSeconds(i), $"{writer}-{key}")]));
        Print($"ack {receipt.Last} {writer}-{key}");
    }
}

void Print(string line)
{
    var bytes = Encoding.UTF8.GetBytes(line + "\n");
    lock (output)
    {
        output.Write(bytes);
        output.Flush();
    }
}
