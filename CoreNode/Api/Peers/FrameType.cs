namespace CoreNode.Api.Peers;

/// <summary>What a frame holds (docs/formats.md). The numbers are sent: never reuse one.</summary>
internal enum FrameType : byte
{
    Hello = 1,
    Accepted = 2,
    Refused = 3,

    RaftMessage = 16,
    ForwardedCommands = 17,
    ForwardAnswer = 18,
    ForwardedMemberChange = 19,
    MemberChangeAnswer = 20,
    StateReport = 21,

    SnapshotBegin = 32,
    SnapshotOffset = 33,
    SnapshotChunk = 34,
    SnapshotProgress = 35,
    SnapshotEnd = 36,

    Description = 48,

    RequestChallenge = 64,
    RequestProof = 65,
    RequestBegin = 66,
    RequestData = 67,
    RequestEnd = 68,
    RequestFailed = 69,
}
