using System.Text;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>How transcripts show the core's values: positions as index/tTERM.</summary>
internal static class RaftText
{
    public static string At(LogIndex index, Term term) => $"{index}/t{term}";

    public static string Entry(RaftEntry entry) => At(entry.Index, entry.Term) + " " + entry.Kind switch
    {
        EntryKind.Command => $"\"{Encoding.UTF8.GetString(entry.Data.Span)}\"",
        EntryKind.Configuration => Configuration.Decode(entry.Data.Span) + Context(entry),
        _ => "empty",
    };

    public static string Entries(IEnumerable<RaftEntry> entries) => string.Join(", ", entries.Select(Entry));

    public static string Message(RaftMessage message) =>
        $"{message.From}>{message.To} {message.Kind} t{message.Term}" + message.Kind switch
        {
            MessageKind.PreVote or MessageKind.Vote =>
                $" last={At(message.LogIndex, message.LogTerm)}" + (message.IsTransfer ? " transfer" : ""),
            MessageKind.PreVoteResponse or MessageKind.VoteResponse => message.Reject ? " refused" : " granted",
            MessageKind.Append => $" after={At(message.LogIndex, message.LogTerm)} commit={message.Commit}"
                + (message.Entries.Length > 0 ? $" [{Entries(message.Entries.ToArray())}]" : ""),
            MessageKind.AppendResponse => message.Reject
                ? $" rejects={message.LogIndex} hint={At(message.RejectHint, message.LogTerm)}"
                : $" durable={message.LogIndex}",
            MessageKind.Heartbeat => $" commit={message.Commit}" + Round(message.Context),
            MessageKind.HeartbeatResponse => Round(message.Context),
            MessageKind.Snapshot =>
                $" at={At(message.Snapshot!.Index, message.Snapshot.Term)} {message.Snapshot.Configuration}",
            MessageKind.ReadIndex => $" context={message.Context}",
            MessageKind.ReadIndexResponse => $" context={message.Context} index={message.LogIndex}",
            _ => "",
        };

    public static IEnumerable<string> Ready(NodeId id, Ready ready)
    {
        yield return $"ready {id}";
        if (ready.LeaderState is { } state)
            yield return $"  role: {state.Role} t{state.Term} leader={state.Leader}";
        if (ready.HardState is { } hard)
            yield return $"  state: t{hard.Term} vote={hard.Vote} commit={hard.Commit}"
                + (ready.MustSync ? " sync" : "");
        if (ready.Configuration is { } configuration)
            yield return $"  configuration: {configuration}";
        if (ready.Snapshot is { } snapshot)
            yield return $"  snapshot: {At(snapshot.Index, snapshot.Term)} {snapshot.Configuration}";
        if (ready.Entries.Count > 0)
            yield return $"  persist: {Entries(ready.Entries)}";
        foreach (RaftMessage message in ready.Messages)
            yield return $"  send: {Message(message)}";
        foreach (RaftMessage message in ready.MessagesAfterPersist)
            yield return $"  once durable: {Message(message)}";
        if (ready.CommittedEntries.Count > 0)
            yield return $"  apply: {Entries(ready.CommittedEntries)}";
        foreach (ReadState read in ready.ReadStates)
            yield return $"  read: {read.Context} at {read.Index}";
    }

    public static string Status(RaftStatus status)
    {
        string text = $"{status.Id}: {status.Role} t{status.Term} vote={status.Vote} leader={status.Leader}"
            + $" last={status.Last} durable={status.Persisted} commit={status.Committed} applied={status.Applied}"
            + $" {status.Configuration}";
        foreach (PeerStatus peer in status.Peers.Where(peer => peer.Node != status.Id))
            text += $"\n  {peer.Node}: {peer.State} match={peer.Match} next={peer.Next}"
                + (peer.InflightMessages > 0 ? $" inflight={peer.InflightMessages}" : "")
                + (peer.IsVoter ? "" : " learner") + (peer.IsRecentlyActive ? "" : " silent");
        return text;
    }

    private static string Context(RaftEntry entry)
    {
        ReadOnlyMemory<byte> context = Configuration.ContextOf(entry.Data);
        return context.Length == 0 ? "" : $" with \"{Encoding.UTF8.GetString(context.Span)}\"";
    }

    private static string Round(ulong round) => round == 0 ? "" : $" round={round}";
}
