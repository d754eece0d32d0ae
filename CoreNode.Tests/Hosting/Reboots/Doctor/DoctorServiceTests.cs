using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Hosting.Reboots.Doctor;
using CoreNode.Updates.Desk;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting.Reboots.Doctor;

/// <summary>Other machines are asked over the peer listener what keeps them from updating themselves.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class DoctorServiceTests
{
    private const ulong ClusterId = 0xC1;

    [Test]
    public async Task A_machine_answers_or_does_not_know_the_question_or_is_down(CancellationToken cancellation)
    {
        MachineReport report = new("m2", "b", "1.0", "7.1", "db", [UpdateFinding.Warning("reboots", "off", "do")]);
        await using PeerTransport second = await StartAsync(
            new() { [DoctorService.Name] = new Answering(ReportJson.Write(report)) }, cancellation);
        await using PeerTransport older = await StartAsync([], cancellation);
        await using PeerTransport broken = await StartAsync(
            new() { [DoctorService.Name] = new Answering("rubbish"u8.ToArray()) }, cancellation);
        MachineAnswer answer = await AskAsync(cancellation, NobodyAt(), Url(second));
        Assert.That(answer.Problem, Is.Empty);
        Assert.That(ReportJson.Write(answer.Report!), Is.EqualTo(ReportJson.Write(report)), "at its second URL");
        answer = await AskAsync(cancellation, Url(older));
        Assert.That((answer.Report, answer.IsThere), Is.EqualTo(((MachineReport?)null, true)));
        Assert.That(answer.Problem, Does.Contain("no service \"doctor\""));
        answer = await AskAsync(cancellation, Url(broken));
        Assert.That((answer.IsThere, answer.Problem), Is.EqualTo((true, "its answer cannot be read")));
        answer = await AskAsync(cancellation, NobodyAt());
        Assert.That((answer.IsThere, answer.Report), Is.EqualTo((false, (MachineReport?)null)));
        Assert.That(answer.Problem, Is.Not.Empty);
    }

    [Test]
    public async Task Who_does_not_answer_in_time_is_told_so(CancellationToken cancellation)
    {
        await using PeerTransport hanging = await StartAsync(
            new() { [DoctorService.Name] = new Hanging() }, cancellation);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMilliseconds(300));
        MachineAnswer answer = await AskAsync(limit.Token, Url(hanging));
        Assert.That(answer.Report, Is.Null);
        Assert.That(answer.Problem, Does.EndWith("does not answer in time"));
    }

    private static async Task<MachineAnswer> AskAsync(CancellationToken cancellation, params string[] urls)
    {
        await using PeerTransport asking = Transport([]);
        return await DoctorService.AskAsync(
            asking.RequestsOf(new PeerIdentity(ClusterId, new NodeId(9))), new AskedMachine("b", "2", "m2", urls),
            cancellation);
    }

    private static async Task<PeerTransport> StartAsync(
        Dictionary<string, INodeService> services, CancellationToken cancellation)
    {
        PeerTransport transport = Transport(services);
        await transport.StartAsync(
            new PeerIdentity(ClusterId, new NodeId(1)),
            new WorkerReceiver(static () => new ClusterDescription(ClusterId, [], [])), cancellation);
        return transport;
    }

    private static string Url(PeerTransport transport) => $"http://127.0.0.1:{transport.BoundEndPoints[0].Port}";

    private static string NobodyAt()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        return $"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}";
    }

    private static PeerTransport Transport(Dictionary<string, INodeService> services) => new(
        new PeerTransportOptions { ListenPeerUrls = [new Uri("http://127.0.0.1:0")] },
        new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
    {
        Keys = new OneSecret(),
        Services = new NodeServices(services),
    };

    private sealed class Answering(byte[] answer) : INodeService
    {
        public Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
            request.Answer.WriteAsync(answer, cancellation).AsTask();
    }

    private sealed class Hanging : INodeService
    {
        public Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
            Task.Delay(Timeout.Infinite, cancellation);
    }

    private sealed class OneSecret : INodeKeys
    {
        public byte[]? TokenKey => null;

        public ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation) => new(new byte[32]);
    }
}
