using System.Text;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Ledger.Documents;
using Nines.Reports.Periods;
using Nines.Response.Notices;
using NodaTime;

namespace Nines.Cli.Watching.Reports;

/// <summary>Takes a report where it is to go: into a file, whole or not at all, or to a webhook as a CloudEvent, signed when there is a secret.</summary>
internal sealed class ReportCourier(NoticeOptions options, TimeProvider time) : IDisposable
{
    private readonly SignedPost post = new(options, time);

    public Task<PostOutcome> DeliverAsync(ScheduledReport order, ReportPeriod period, PrintedReport printed, Instant due, CancellationToken stopping) => order.Webhook is { } address
        ? post.SendAsync(address, "application/cloudevents+json", Event(order, period, printed, due, options.Source), order.Secret, stopping)
        : ToFileAsync(order.File!.Replace(ScheduledReport.PeriodHole, period.Name, StringComparison.Ordinal), printed.Text, stopping);

    public void Dispose() => post.Dispose();

    /// <summary>The same report and period always give the same event id.</summary>
    private static byte[] Event(ScheduledReport order, ReportPeriod period, PrintedReport printed, Instant due, string source) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Specversion = "1.0",
        Id = $"report/{order.Name}/{period.Name}",
        Source = source,
        Type = "nines.report",
        Subject = order.Name,
        Time = due,
        Datacontenttype = "application/json",
        Data = new { Report = order.Name, Period = period.Name, AsOfPosition = printed.Position, printed.MediaType, Content = printed.Text },
    }, DocumentJson.Options);

    private static async Task<PostOutcome> ToFileAsync(string path, string text, CancellationToken stopping)
    {
        var part = $"{path}.part-{Environment.ProcessId}";
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stopping);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
            return new PostOutcome.Delivered();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (File.Exists(part)) File.Delete(part);
            // A full disk may have room again; its message holds the path, which is no secret.
            return new PostOutcome.Failed($"NIN4290: {Path.GetFileName(path)} cannot be written ({refused.GetType().Name})", null);
        }
    }
}
