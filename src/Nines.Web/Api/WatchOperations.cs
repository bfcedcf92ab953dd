using Nines.Web.Health;

namespace Nines.Web.Api;

/// <summary>What is asked about the watch itself.</summary>
public sealed class WatchOperations(Func<WatchStatus?> status)
{
    /// <summary>Null while it starts or stops.</summary>
    public WatchStatus? Status => status();
}
