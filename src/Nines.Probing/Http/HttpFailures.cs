using System.Net.Sockets;
using Nines.Core;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Http;

/// <summary>What an exception of the HTTP stack means. Messages are ours: the stack's own may quote what the target sent.</summary>
internal static class HttpFailures
{
    public static Sight Of(Exception exception, string where, Duration timeout, Redaction redaction)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is PathException path) return path.Failure.ToSight(timeout, redaction);
            if (inner is SocketException socket) return PathFailure.Of(socket.SocketErrorCode, where, Phases.Body).ToSight(timeout, redaction);
        }
        if (TlsAlert.Explain(exception, where) is { } alert) return alert.ToSight(timeout, redaction);
        var error = (exception as HttpRequestException)?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError;
        var failure = error switch
        {
            HttpRequestError.ResponseEnded => new PathFailure.Refused("answer_truncated", $"{where} ended the connection before the answer was whole", true),
            HttpRequestError.ConfigurationLimitExceeded => new PathFailure.Refused("answer_too_large", $"the headers of {where} are longer than 64 KiB", false),
            HttpRequestError.VersionNegotiationError => new PathFailure.Refused("http_version", $"{where} does not speak the version of HTTP that was asked for", false),
            HttpRequestError.HttpProtocolError => new PathFailure.Refused("protocol_error", $"{where} broke off with an HTTP/2 error", true),
            _ when exception is IOException && error is null => new PathFailure.Refused("reset", $"the connection to {where} was lost", true),
            _ => new PathFailure.Refused("malformed_answer", $"what {where} answered is not valid HTTP", false),
        };
        return failure.ToSight(timeout, redaction);
    }
}
