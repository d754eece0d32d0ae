using CoreNode.Api.Peers.Requests;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>
/// The store for nodes that are no members: one question in a request, and its answer. Registered on members under
/// <see cref="Name"/>.
/// </summary>
public sealed class StoreService : INodeService
{
    /// <summary>Its name among the services of a node.</summary>
    public const string Name = "store";

    private volatile Bound? _bound;

    /// <summary>From now on it answers: the peer listener serves before the store is there.</summary>
    public void Bind(IKvClient client, StoreAccess access) => _bound = new Bound(client, access);

    /// <inheritdoc/>
    public async Task ServeAsync(NodeRequest request, CancellationToken cancellation)
    {
        MessageLines lines = new(request.Body, StoreJson.MaxBytes);
        if (await lines.ReadAsync(cancellation) is not { } line)
            return;
        KvOutcome outcome = await AnswerAsync(StoreJson.ParseQuestion(line), cancellation);
        await request.Answer.WriteAsync(StoreJson.Format(outcome), cancellation);
    }

    private async Task<KvOutcome> AnswerAsync(StoreQuestion question, CancellationToken cancellation)
    {
        if (_bound is not { } bound)
            return new KvOutcome.Unreachable("this member has only just been started");
        if (await bound.Access.RefuseAsync(question.Key, cancellation) is { } refusal)
            return new KvOutcome.Refused(refusal);
        IKvClient client = bound.Client;
        return question switch
        {
            StoreQuestion.Get get => await client.GetAsync(get.Key, get.Options, cancellation),
            StoreQuestion.Set set => await client.SetAsync(set.Key, set.Value, set.Options, cancellation),
            StoreQuestion.CreateInOrder create => await client.CreateInOrderAsync(
                create.Key, create.Value, create.TimeToLive, cancellation),
            StoreQuestion.Delete delete => await client.DeleteAsync(delete.Key, delete.Options, cancellation),
            StoreQuestion.Watch => throw new FormatException("a watch is another service"),
            _ => throw new InvariantException("unknown kind of question"),
        };
    }

    private sealed record Bound(IKvClient Client, StoreAccess Access);
}
