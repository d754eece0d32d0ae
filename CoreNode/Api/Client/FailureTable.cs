using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;

namespace CoreNode.Api.Client;

/// <summary>Turns what the HTTP handler throws into an <see cref="EndpointFailure"/>.</summary>
internal static class FailureTable
{
    /// <summary>
    /// True for faults of the remote side or the network; anything else is a bug and passes through. Most of the
    /// sockets' own faults come wrapped, but not all.
    /// </summary>
    public static bool IsRemote(Exception fault) =>
        fault is HttpRequestException or IOException or OperationCanceledException or SocketException;

    public static EndpointFailure Explain(
        ClientEndpoint endpoint, Exception fault, EndpointConnection.ConnectProgress progress, ClientOptions options)
    {
        bool mayHaveArrived = !progress.HasBegun || progress.IsConnected;
        if (fault is OperationCanceledException)
        {
            string seconds = options.RequestTimeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            string what = mayHaveArrived ? "no answer" : "no connection";
            return new EndpointFailure(endpoint, EndpointFault.Timeout, $"{what} within {seconds} s")
            {
                MayHaveArrived = mayHaveArrived,
            };
        }

        SocketError? socket = Find<SocketException>(fault)?.SocketErrorCode;
        HttpRequestError? kind = (fault as HttpRequestException)?.HttpRequestError;
        if (Find<AuthenticationException>(fault) is { } authentication)
        {
            return new EndpointFailure(endpoint, EndpointFault.Tls, $"TLS failed: {Innermost(authentication)}")
            {
                MayHaveArrived = false,
            };
        }

        if (fault is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            && RefusedCertificate(fault) is { } alert)
        {
            // Told before the node has read anything.
            return new EndpointFailure(
                endpoint, EndpointFault.Tls, $"TLS failed: the node does not accept the client certificate ({alert})");
        }

        EndpointFault cause = kind switch
        {
            HttpRequestError.NameResolutionError => EndpointFault.Resolve,
            HttpRequestError.ConnectionError => EndpointFault.Connect,
            HttpRequestError.SecureConnectionError => EndpointFault.Tls,
            _ => EndpointFault.Broken,
        };
        return new EndpointFailure(endpoint, cause, Describe(cause, socket, fault))
        {
            Socket = socket,
            MayHaveArrived = mayHaveArrived && cause == EndpointFault.Broken,
        };
    }

    private static string Describe(EndpointFault cause, SocketError? socket, Exception fault) => (cause, socket) switch
    {
        (EndpointFault.Connect, SocketError.ConnectionRefused) => "connection refused",
        (EndpointFault.Connect, SocketError.TimedOut) => "no connection in time",
        (EndpointFault.Connect, SocketError.AddressNotAvailable) => "no such socket",
        (EndpointFault.Resolve, _) => "no such host",
        (EndpointFault.Tls, _) => $"TLS failed: {Innermost(fault)}",
        (EndpointFault.Broken, SocketError.ConnectionReset) => "the connection was reset before the answer came",
        (EndpointFault.Broken, _) => "the connection was closed before the answer came",
        (_, not null) => new Win32Exception((int)Find<SocketException>(fault)!.ErrorCode).Message,
        _ => Innermost(fault),
    };

    // With TLS 1.3 a client learns only when it reads that its certificate is not accepted, or missing.
    private static string? RefusedCertificate(Exception fault)
    {
        string text = Innermost(fault);
        bool isAlert = text.Contains("alert", StringComparison.Ordinal)
            && (text.Contains("certificate", StringComparison.Ordinal)
                || text.Contains("unknown ca", StringComparison.Ordinal));
        return isAlert ? text[(text.LastIndexOf(':') + 1)..].Trim() : null;
    }

    private static T? Find<T>(Exception? fault)
        where T : Exception
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is T found)
                return found;
        }

        return null;
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
            fault = inner;
        return fault.Message;
    }
}
