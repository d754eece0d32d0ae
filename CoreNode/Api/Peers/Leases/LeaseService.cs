using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Leases;

namespace CoreNode.Api.Peers.Leases;

/// <summary>
/// Answers machines that renew their leases: one request for as long as the machine keeps it open, a line for each
/// renewal and one for each answer. Registered on members under <see cref="Name"/>.
/// </summary>
public sealed class LeaseService : INodeService
{
    /// <summary>Its name among the services of a node.</summary>
    public const string Name = "lease";

    // A machine renews every few seconds; one that is silent for long has opened another request.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromMinutes(2);

    private volatile LeaderLeases? _leases;

    /// <inheritdoc/>
    public bool IsLongLived => true;

    /// <summary>From now on these are renewed: the peer listener serves before they are there.</summary>
    public void Bind(LeaderLeases leases) => _leases = leases;

    /// <inheritdoc/>
    public async Task ServeAsync(NodeRequest request, CancellationToken cancellation)
    {
        MessageLines lines = new(request.Body, LeaseJson.MaxBytes);
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        while (true)
        {
            silence.CancelAfter(s_longestSilence);
            if (await lines.ReadAsync(silence.Token) is not { } line)
                return;
            LeaseQuestion question = LeaseJson.ParseQuestion(line);
            LeaseReply reply = _leases is { } leases
                ? await leases.AnswerAsync(question.Renewal, question.IsRelease, silence.Token)
                : new LeaseReply.Failed("this member has only just been started");
            await request.Answer.WriteAsync(LeaseJson.Format(reply), silence.Token);
        }
    }
}
