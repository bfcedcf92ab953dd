namespace Nines.Web.Access;

/// <summary>The one-time link by which the first admin is made: a new one at each start while there is nobody, kept as a hash and in memory only.</summary>
internal sealed class SetUp(Users users)
{
    private string? hash;

    /// <returns>What the link is to hold; null when somebody has been set up.</returns>
    /// <exception cref="AccessException">The store cannot be read.</exception>
    public string? Offer()
    {
        if (!users.IsEmpty) return null;
        var secret = Secrets.New();
        Volatile.Write(ref hash, Secrets.Hash(secret));
        return secret;
    }

    public bool IsOffered(string? secret) => Secrets.HasShape(secret) && Volatile.Read(ref hash) is { } offered && Secrets.AreSame(offered, Secrets.Hash(secret!)) && users.IsEmpty;

    /// <exception cref="AccessException">The link is not valid (any more), or as <see cref="Users.AddAsync"/>.</exception>
    public async Task FinishAsync(string? secret, string handle, string password, CancellationToken cancellation)
    {
        if (!IsOffered(secret)) throw new AccessException(AccessErrors.SetUpLink, "this link is not valid. It works once, while there is no user; restart `nines up` for a new one.");
        await users.SetUpAsync(handle, password, cancellation);
        Volatile.Write(ref hash, null);
    }
}
