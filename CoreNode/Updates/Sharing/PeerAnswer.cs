namespace CoreNode.Updates.Sharing;

/// <summary>The first line of what another node answers.</summary>
internal sealed record PeerAnswer(PeerReply Reply);
