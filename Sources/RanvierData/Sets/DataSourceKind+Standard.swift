import RanvierConfiguration

extension Kind where R == DataSourceRole {
    /// The sources that are built in.
    public static let standard: [DataSourceKind] = [
        DataSourceKind(DigitsSource.self),
        DataSourceKind("mnist", source: MNISTSource(variant: .mnist)),
        DataSourceKind("fashion-mnist", source: MNISTSource(variant: .fashion)),
        DataSourceKind("kmnist", source: MNISTSource(variant: .kuzushiji)),
        DataSourceKind(CIFAR10Source.self), DataSourceKind(CIFAR100Source.self),
        DataSourceKind(YinYangSource.self), DataSourceKind(FSDDSource.self),
        DataSourceKind(NMNISTSource.self), DataSourceKind(IDXSource.self),
        DataSourceKind(TableSource.self), DataSourceKind(ImageFolderSource.self),
        DataSourceKind(NPYSource.self),
    ]
}
