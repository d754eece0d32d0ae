namespace CoreNode.Images;

/// <summary>Told what is done now, and how many bytes of how many; a total below 0 is not known.</summary>
public delegate void InstallProgress(string doing, long doneBytes, long totalBytes);
