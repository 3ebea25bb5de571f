namespace CurveRbd.Rbd.Tests;

/// <summary>A snapshot of the model: what it holds, and the clones of it.</summary>
internal sealed class FamilySnapshot(FamilyImage image, string name, byte[] data)
{
    public FamilyImage Image { get; } = image;

    public string Name { get; } = name;

    public byte[] Data { get; } = data;

    public bool IsProtected { get; set; }

    /// <summary>It has no name any more, and is there for its clones only.</summary>
    public bool IsRemoved { get; set; }

    public List<FamilyImage> Clones { get; } = [];
}
