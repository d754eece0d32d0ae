namespace CoreNode.Cluster;

/// <summary>Why a member stops for good.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Message">What happened.</param>
public sealed record MemberStop(MemberStopKind Kind, string Message)
{
    /// <summary>What a person has to do.</summary>
    public string WhatToDo => Kind switch
    {
        MemberStopKind.Removed => "Nothing, if that was wanted. To let this machine take part again, move its data "
            + "folder away, run `corenode member add NAME PEER-URL` on a member, and start it with "
            + "--initial-cluster-state existing",
        MemberStopKind.WrongCluster => "Check --initial-cluster and --initial-cluster-token; this data folder belongs "
            + "to another cluster than the members at these addresses",
        _ => "Move its data folder away, run `corenode member add --replace NAME PEER-URL` on a member, and start it "
            + "with --initial-cluster-state existing: it gets its data from the others",
    };
}
