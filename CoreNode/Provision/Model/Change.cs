namespace CoreNode.Provision.Model;

/// <summary>One step from the machine as it is to the machine as wanted. Doing it twice is as doing it once.</summary>
/// <param name="Subject">The path, unit or name it is about.</param>
/// <param name="From">Which input and key wants it.</param>
public abstract record Change(string Subject, string From);
