using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Nines.Probing.Paths;

/// <summary>How long each step to an open connection took; null for a step that was not needed.</summary>
public sealed record PathTimings
{
    /// <summary>Name resolution.</summary>
    public Duration? Dns { get; init; }

    /// <summary>Reaching our own forward proxy.</summary>
    public Duration? Proxy { get; init; }

    /// <summary>TCP handshake with the target (through a proxy: its answer to CONNECT, which includes its name resolution).</summary>
    public Duration? Connect { get; init; }

    public Duration? Tls { get; init; }
}

/// <summary>What came of opening a connection.</summary>
public abstract record PathResult
{
    private PathResult() { }

    /// <summary>The connection is the caller's to dispose.</summary>
    public sealed record Open(Connection Connection) : PathResult;

    public sealed record Failed(PathFailure Failure, PathTimings Timings) : PathResult;
}

/// <summary>An open connection to a target.</summary>
public sealed class Connection(Socket socket, Stream stream, PathTimings timings, Instant? certificateExpires) : IAsyncDisposable
{
    public Socket Socket { get; } = socket;

    /// <summary>The stream to talk on: plain, or TLS when it was asked for.</summary>
    public Stream Stream { get; } = stream;

    public PathTimings Timings { get; } = timings;

    /// <summary>First instant at which the target's certificate is no longer valid; null without TLS.</summary>
    public Instant? CertificateExpires { get; } = certificateExpires;

    public async ValueTask DisposeAsync()
    {
        // The socket first: a TLS stream would otherwise try to say goodbye to a target that may not be reading.
        Socket.Dispose();
        await Stream.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>How to secure a connection.</summary>
public sealed record TlsRequest
{
    /// <summary>Name that the certificate must be for; null for the name that is connected to.</summary>
    public string? ServerName { get; init; }

    /// <summary>Roots to trust instead of the system's; null for the system's.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Protocols to offer (ALPN); empty for none.</summary>
    public IReadOnlyList<SslApplicationProtocol> Protocols { get; init; } = [];

    /// <summary>Our own certificate with its key and chain, for targets that ask for one; null for none.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }

    /// <summary>Told when the target asks for a client certificate and there is none to show; null when nobody wants to know.</summary>
    public Action? ClientCertificateAsked { get; init; }

    /// <summary>Faults of the target's certificate with which the connection is made all the same.</summary>
    public IReadOnlyCollection<CertificateFault> Tolerated { get; init; } = [];

    /// <summary>Told what the certificate amounts to, good or bad, while its chain lives; null when nobody wants to know.</summary>
    public Action<CertificateJudgement>? Judge { get; init; }

    /// <param name="file">PEM file of root certificates; null for the system's roots.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The file holds no certificate.</exception>
    public static X509Certificate2Collection? RootsFrom(string? file)
    {
        if (file is null) return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(file);
        return roots.Count > 0 ? roots : throw new System.Security.Cryptography.CryptographicException("the file holds no certificate");
    }

    /// <summary>What is wrong with the option ca_file; empty when nothing is.</summary>
    internal static IEnumerable<OptionMistake> MistakesIn(string? file)
    {
        string? problem = null;
        try
        {
            RootsFrom(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            problem = e.Message;
        }
        if (problem is not null) yield return new OptionMistake("ca_file", $"cannot be used: {problem}. Give a PEM file with the root certificates to trust.");
    }
}
