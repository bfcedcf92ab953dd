using Nines.Backbone.Journal;
using Nines.Web.Api.Documents;
using Nines.Web.Health;

namespace Nines.Web.Api;

/// <summary>What is asked about the watch itself.</summary>
public sealed class WatchOperations(Func<WatchStatus?> status, IJournal journal)
{
    /// <summary>Null while it starts or stops.</summary>
    public WatchStatus? Status => status();

    public async Task<WatchDocument> GetAsync(CancellationToken cancellation) => WatchDocument.Of(Status, await journal.HeadAsync(cancellation));
}
