namespace CoreNode.Wal;

/// <summary>A segment's place in the log and its file.</summary>
internal readonly record struct Segment(SegmentName Name, string Path);
