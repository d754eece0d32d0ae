using System.Net.Sockets;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Etcdctl;

/// <summary>Failures in the words of etcd's Go client, which scripts look for.</summary>
internal static class GoErrors
{
    public const string InvalidJson =
        "client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint";

    /// <summary>No endpoint gave an answer.</summary>
    public static EtcdctlException Cluster(int exitCode, IEnumerable<string> failures)
    {
        var first = new StringBuilder("Error:  client: etcd cluster is unavailable or misconfigured");
        var detail = new StringBuilder();
        int number = 0;
        foreach (string failure in failures)
        {
            first.Append(System.Globalization.CultureInfo.InvariantCulture, $"; error #{number}: {failure}\n");
            detail.Append(System.Globalization.CultureInfo.InvariantCulture, $"error #{number}: {failure}\n");
            number++;
        }

        return new EtcdctlException(exitCode, $"{first}\n{detail}");
    }

    /// <summary>One endpoint's failure.</summary>
    public static string Describe(EndpointFailure failure) => failure.Fault switch
    {
        EndpointFault.Connect => $"dial {Address(failure.Endpoint)}: connect: {SocketText(failure)}",
        EndpointFault.Resolve => $"dial tcp: lookup {failure.Endpoint.BaseUri.Host}: no such host",
        EndpointFault.Timeout => $"client: endpoint {failure.Endpoint} exceeded header timeout",
        EndpointFault.Broken => "EOF",
        EndpointFault.Unavailable => $"client: etcd member {failure.Endpoint} has no leader",
        EndpointFault.Tls => failure.Message,
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure.Fault, "no such fault"),
    };

    /// <summary>An answer that says that the member cannot serve now.</summary>
    public static string DescribeUnavailable(V2Reply.Answered answer) => answer.Status is 500 or 503
        ? $"client: etcd member {answer.Endpoint} has no leader"
        : $"client: etcd member {answer.Endpoint} returns server error [{(System.Net.HttpStatusCode)answer.Status}]";

    /// <summary>True if the endpoint was never reached: etcdctl tells these by another exit code.</summary>
    public static bool IsConnection(EndpointFailure failure) =>
        failure.Fault is EndpointFault.Connect or EndpointFault.Resolve;

    private static string Address(ClientEndpoint endpoint) => endpoint.SocketPath is { } path
        ? $"unix {path}"
        : $"tcp {endpoint.BaseUri.Host}:{endpoint.BaseUri.Port}";

    private static string SocketText(EndpointFailure failure) => failure.Socket switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.TimedOut => "connection timed out",
        SocketError.NetworkUnreachable => "network is unreachable",
        SocketError.HostUnreachable => "no route to host",
        SocketError.AddressNotAvailable => "no such file or directory",
        SocketError.AccessDenied => "permission denied",
        _ => failure.Message,
    };
}
